package io.headrace.model.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.server.embedded.ExitHandler;
import org.apache.zookeeper.server.embedded.ZooKeeperServerEmbedded;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Servers of an ensemble are up, too few of them. Runs with {@code -Dheadrace.cluster=long}. */
@EnabledIfSystemProperty(named = "headrace.cluster", matches = "long")
class NoQuorumSessionTest {

    private static final Duration SESSION = Duration.ofSeconds(5);
    private static final Duration AWAY = Duration.ofSeconds(20);
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String PATH = ZkPaths.admin("no-quorum");

    @TempDir Path folder;

    private final List<Integer> ports = freePorts(6);

    @Test
    void whoever_connects_to_them_is_registered_as_before_when_the_quorum_is_back()
            throws Exception {
        String servers = "127.0.0.1:" + ports.get(0) + ",127.0.0.1:" + ports.get(1);
        ZooKeeperServerEmbedded two = server(2);
        try (ZooKeeperServerEmbedded one = server(1);
                ZooKeeperServerEmbedded again = server(2)) {
            one.start();
            two.start();
            try (CuratorFramework client =
                            ZkConnection.connected(
                                    servers, SESSION, WAIT, new LastingSession(SESSION));
                    Registration registration =
                            Registration.register(
                                    client, PATH, new ServiceNode("http://a", "test"), WAIT)) {
                long epoch = registration.epoch();
                two.close();
                pass(AWAY);
                again.start();
                Awaitility.await()
                        .atMost(WAIT)
                        .ignoreExceptions()
                        .until(() -> registration.epoch() > 0);
                // A session that did not come back would end now.
                pass(SESSION.plusSeconds(1));
                assertThat(registration.epoch()).isEqualTo(epoch);
            }
        }
    }

    private static void pass(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        Awaitility.await().atMost(time.plus(WAIT)).until(() -> System.nanoTime() - endNanos > 0);
    }

    private ZooKeeperServerEmbedded server(int id) throws Exception {
        Path base = Files.createDirectories(folder.resolve("server-" + id));
        Path data = Files.createDirectories(base.resolve("data"));
        Files.writeString(data.resolve("myid"), Integer.toString(id));
        Properties config = new Properties();
        config.setProperty("dataDir", data.toString());
        config.setProperty("clientPortAddress", "127.0.0.1");
        config.setProperty("clientPort", ports.get(id - 1).toString());
        config.setProperty("tickTime", "500");
        config.setProperty("initLimit", "20");
        config.setProperty("syncLimit", "8");
        config.setProperty("admin.enableServer", "false");
        for (int i = 1; i <= 2; i++) {
            config.setProperty(
                    "server." + i, "127.0.0.1:" + ports.get(2 * i) + ":" + ports.get(2 * i + 1));
        }
        return ZooKeeperServerEmbedded.builder()
                .baseDir(base)
                .configuration(config)
                .exitHandler(ExitHandler.LOG_ONLY)
                .build();
    }

    private static List<Integer> freePorts(int count) {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> free = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                free.add(socket.getLocalPort());
            }
            for (ServerSocket each : held) {
                each.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return free;
    }
}
