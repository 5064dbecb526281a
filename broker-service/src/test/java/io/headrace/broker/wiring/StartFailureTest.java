package io.headrace.broker.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.headrace.broker.BrokerApplication;
import io.headrace.broker.RunningBroker;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** What keeps a broker from starting is said in one sentence, with the fix. */
class StartFailureTest {

    @TempDir Path folder;

    @Test
    void eachFailureSaysWhatToDo() throws Exception {
        try (RunningBroker running = RunningBroker.start(folder)) {
            String zooKeeper = running.connectString();
            portTaken(running, zooKeeper);
            folderLocked(running, zooKeeper);
            folderIsAFile(zooKeeper);
            idTaken(zooKeeper);
        }
        wrongCluster();
        zooKeeperAway();
    }

    private void portTaken(RunningBroker running, String zooKeeper) {
        FailureAnalysis analysis =
                fail(zooKeeper, folder.resolve("other"), "--server.port=" + running.port());
        assertThat(analysis.getDescription()).contains("Port " + running.port() + " is taken");
        assertThat(analysis.getAction()).contains("server.port");
    }

    private void folderLocked(RunningBroker running, String zooKeeper) {
        FailureAnalysis analysis = fail(zooKeeper, running.dataDir());
        assertThat(analysis.getDescription()).contains(running.dataDir().toString());
        assertThat(analysis.getDescription()).contains("stop the other broker");
    }

    private void folderIsAFile(String zooKeeper) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        FailureAnalysis analysis = fail(zooKeeper, file.resolve("below"));
        assertThat(analysis.getDescription() + analysis.getAction())
                .contains("data directory of its own");
    }

    private void idTaken(String zooKeeper) {
        FailureAnalysis analysis =
                fail(
                        zooKeeper,
                        folder.resolve("second"),
                        "--headrace.zookeeper.session-timeout=1s");
        assertThat(analysis.getDescription()).contains("broker id 1 is held by a live broker");
        assertThat(analysis.getAction()).contains("headrace.broker.id");
    }

    private void wrongCluster() throws Exception {
        try (EmbeddedZooKeeper other = EmbeddedZooKeeper.start(folder.resolve("zk2"), 0)) {
            FailureAnalysis none =
                    fail(
                            other.connectString(),
                            folder.resolve("broker"),
                            "--headrace.zookeeper.cluster-wait=300ms");
            assertThat(none.getAction()).contains("admin-service");
            RunningBroker.createCluster(other.connectString(), "another-cluster");
            FailureAnalysis wrong = fail(other.connectString(), folder.resolve("broker"));
            assertThat(wrong.getDescription()).contains("test-cluster").contains("another-cluster");
        }
    }

    private void zooKeeperAway() {
        FailureAnalysis analysis =
                fail(
                        "127.0.0.1:1",
                        folder.resolve("third"),
                        "--headrace.zookeeper.connect-timeout=500ms");
        assertThat(analysis.getDescription()).contains("127.0.0.1:1");
        assertThat(analysis.getAction()).contains("headrace.zookeeper.connect");
    }

    private static FailureAnalysis fail(String zooKeeper, Path dataDir, String... args) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--headrace.zookeeper.connect=" + zooKeeper,
                                "--headrace.broker.data-dir=" + dataDir));
        all.addAll(List.of(args));
        if (all.stream().noneMatch(arg -> arg.startsWith("--server.port="))) {
            all.add("--server.port=0");
            all.add("--headrace.broker.kafka.listeners.PLAINTEXT.port=0");
        }
        Throwable failure =
                catchThrowable(() -> BrokerApplication.run(all.toArray(new String[0])).close());
        assertThat(failure).isNotNull();
        FailureAnalysis analysis = new StartFailures().analyze(failure);
        assertThat(analysis).as("analysis of %s", failure).isNotNull();
        return analysis;
    }
}
