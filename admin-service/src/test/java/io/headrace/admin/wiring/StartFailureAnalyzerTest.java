package io.headrace.admin.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.headrace.testkit.process.FreePorts;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;

class StartFailureAnalyzerTest {

    private final AdminFixture admin = AdminFixture.shared();

    @TempDir Path directory;

    private FailureAnalysis startFailure(String connect, Path dataDirectory, String... more) {
        Throwable failure =
                catchThrowable(
                        () ->
                                AdminFixture.start(connect, "admin-failing", dataDirectory, more)
                                        .close());
        assertThat(failure).isNotNull();
        FailureAnalysis analysis = new StartFailureAnalyzer().analyze(failure);
        assertThat(analysis).as("%s", failure).isNotNull();
        return analysis;
    }

    @Test
    void aTakenPortIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            FailureAnalysis analysis =
                    startFailure(admin.connectString(), directory, "--server.port=" + port);
            assertThat(analysis.getDescription())
                    .isEqualTo("Port " + port + " is taken by another process.");
            assertThat(analysis.getAction()).contains("server.port");
        }
    }

    @Test
    void zooKeeperOutOfReachIsNamedWithinTheBound() {
        String nobody = "127.0.0.1:" + FreePorts.one();
        FailureAnalysis analysis =
                startFailure(nobody, directory, "--headrace.zookeeper.connect-timeout=500ms");
        assertThat(analysis.getDescription())
                .isEqualTo("ZooKeeper at " + nobody + " did not answer within 500 ms.");
        assertThat(analysis.getAction()).contains("headrace.zookeeper.connect");
    }

    @Test
    void anotherClusterIsRefused() {
        FailureAnalysis analysis =
                startFailure(admin.connectString(), directory, "--headrace.cluster.id=other");
        assertThat(analysis.getDescription())
                .contains("headrace.cluster.id is 'other'")
                .contains(admin.clusterId());
    }

    @Test
    void aSecondInstanceOnADatabaseOfItsOwnIsRefusedWhereOnlySharedOnesAreAllowed() {
        FailureAnalysis analysis =
                startFailure(
                        admin.connectString(),
                        directory,
                        "--headrace.admin.shared-database-only=true",
                        "--headrace.zookeeper.session-timeout=500ms");
        assertThat(analysis.getDescription()).contains("admin-a", "H2");
        assertThat(analysis.getAction()).contains("spring.datasource.url");
        assertThat(admin.image().admins()).doesNotContainKey("admin-failing");
    }

    @Test
    void onlyH2WithoutAServerIsADatabaseOfOnesOwn() {
        assertThat(PrivateDatabase.isPrivate("jdbc:h2:file:data/admin")).isTrue();
        assertThat(PrivateDatabase.isPrivate("jdbc:h2:mem:admin")).isTrue();
        assertThat(PrivateDatabase.isPrivate("jdbc:h2:tcp://db/admin")).isFalse();
        assertThat(PrivateDatabase.isPrivate("jdbc:postgresql://db/headrace")).isFalse();
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        FailureAnalysis analysis = startFailure(admin.connectString(), file.resolve("data"));
        assertThat(analysis.getDescription()).contains("cannot be written");
        assertThat(analysis.getAction()).contains("headrace.admin.data-dir");
    }

    @Test
    void aDatabaseInUseByAnotherProcessIsNamed() throws Exception {
        Path database = directory.resolve("admin.mv.db");
        try (RandomAccessFile other = new RandomAccessFile(database.toFile(), "rw");
                var lock = other.getChannel().lock()) {
            assertThat(lock.isValid()).isTrue();
            FailureAnalysis analysis = startFailure(admin.connectString(), directory);
            assertThat(analysis.getDescription())
                    .isEqualTo("The admin database is in use by another process.");
        }
    }
}
