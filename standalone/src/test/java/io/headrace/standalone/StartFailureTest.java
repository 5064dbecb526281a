package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.FreePorts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What keeps a platform from starting is said in one sentence, with the fix and an exit code. */
class StartFailureTest {

    private static final Duration WAIT = Duration.ofMinutes(1);

    @TempDir Path temp;

    @ParameterizedTest
    @CsvSource({
        "0, gateway, --port",
        "1, admin, --admin-port",
        "2, broker, --broker-port",
        "3, kafka, --kafka-port"
    })
    void a_taken_port(int which, String service, String option) throws Exception {
        List<Integer> ports = FreePorts.some(4);
        try (ServerSocket held =
                new ServerSocket(ports.get(which), 1, InetAddress.getLoopbackAddress())) {
            assertFails(
                    PlatformProcess.start(temp, ports),
                    3,
                    "headrace: port %d (%s) is taken by pid %d (java); stop that program or choose another port with %s N"
                            .formatted(
                                    held.getLocalPort(),
                                    service,
                                    ProcessHandle.current().pid(),
                                    option));
        }
    }

    @Test
    void a_file_where_the_data_folder_should_be() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));
        assertFails(
                PlatformProcess.start(file, FreePorts.some(4)),
                4,
                "headrace: the data folder %s cannot be written (it is not a folder); make it writable for %s or choose another with --data DIR"
                        .formatted(file, System.getProperty("user.name")));
    }

    @Test
    void a_data_folder_that_another_platform_uses() throws Exception {
        try (PlatformProcess first = PlatformProcess.up(temp)) {
            assertFails(
                    PlatformProcess.start(temp, FreePorts.some(4)),
                    5,
                    "headrace: the data folder %s is in use by process %d; stop it with ./headrace down --data %s or choose another with --data DIR"
                            .formatted(temp, first.child().pid(), temp));
            assertThat(first.clusterId()).as("the first one is unharmed").isNotEmpty();
        }
    }

    @Test
    void a_log_directory_that_another_broker_has_locked() throws Exception {
        Path broker = Files.createDirectories(temp.resolve("broker"));
        try (FileChannel channel =
                        FileChannel.open(
                                broker.resolve(".lock"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            String output = assertFails(PlatformProcess.start(temp, FreePorts.some(4)), 5, null);
            assertThat(output).contains(broker.toString()).contains("cannot be locked");
        }
    }

    @Test
    void data_of_another_cluster() throws Exception {
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            assertThat(platform.stop()).isEqualTo(143);
        }
        Path identity = temp.resolve("broker").resolve("meta.properties");
        Files.writeString(
                identity,
                Files.readString(identity).replaceAll("cluster\\.id=.*", "cluster.id=elsewhere"));
        String output = assertFails(PlatformProcess.start(temp, FreePorts.some(4)), 6, null);
        assertThat(output)
                .contains(temp.resolve("broker") + " belongs to cluster.id 'elsewhere'")
                .contains("start it with its own data directory");
    }

    @Test
    void an_unknown_option() throws Exception {
        assertFails(
                PlatformProcess.start(temp, FreePorts.some(4), "--colour"),
                2,
                "headrace: there is no option --colour; ./headrace help up lists the options");
    }

    /** One line of complaint, no stack trace. */
    private static String assertFails(PlatformProcess platform, int exitCode, String sentence) {
        try (platform) {
            int actual = platform.child().awaitExit(WAIT);
            String output = platform.child().output();
            assertThat(actual).as(output).isEqualTo(exitCode);
            List<String> complaints =
                    output.lines()
                            .filter(line -> !line.startsWith("headrace: starting"))
                            .filter(line -> !line.startsWith("headrace: stopped"))
                            .toList();
            assertThat(complaints).hasSize(1);
            if (sentence != null) {
                assertThat(complaints.getFirst()).isEqualTo(sentence);
            }
            return complaints.getFirst();
        }
    }
}
