package io.headrace.model.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ZooKeeper hears a client that does not hear it. */
class HalfOpenSessionTest {

    private static final Duration SESSION = Duration.ofSeconds(5);
    private static final Duration WAIT = Duration.ofSeconds(60);
    private static final String PATH = ZkPaths.admin("half-open");

    @TempDir Path folder;

    @Test
    void zookeeper_can_end_its_session_and_it_comes_back_by_itself() throws Exception {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder, 0);
                CuratorFramework observer =
                        ZkConnection.connect(server.connectString(), SESSION, WAIT);
                OneWayProxy way = new OneWayProxy(server.connectString());
                CuratorFramework client =
                        ZkConnection.connected(
                                threeTimes(way.address()),
                                SESSION,
                                WAIT,
                                new LastingSession(SESSION));
                Registration registration =
                        Registration.register(
                                client, PATH, new ServiceNode("http://a", "test"), WAIT)) {
            long epoch = registration.epoch();
            way.holdBack(true);
            Awaitility.await()
                    .atMost(WAIT)
                    .until(() -> observer.checkExists().forPath(PATH) == null);
            way.holdBack(false);
            Awaitility.await()
                    .atMost(WAIT)
                    .ignoreExceptions()
                    .until(() -> registration.epoch() > epoch);
            assertThat(observer.checkExists().forPath(PATH)).isNotNull();
        }
    }

    /** With one address the client connects less often than the session has to be touched. */
    private static String threeTimes(String address) {
        return String.join(",", address, address, address);
    }
}
