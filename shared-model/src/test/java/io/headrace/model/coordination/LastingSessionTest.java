package io.headrace.model.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.CuratorZookeeperClient;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.Testable;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who ends a session. */
class LastingSessionTest {

    private static final Duration SESSION = Duration.ofSeconds(2);
    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final String PATH = ZkPaths.admin("lasting");

    @TempDir Path folder;

    private long epochBeforeTheOutage;

    @Test
    void who_comes_back_after_an_outage_is_registered_as_before() throws Exception {
        String address;
        CuratorFramework client;
        Registration registration;
        CountDownLatch lost;
        try (EmbeddedZooKeeper before = EmbeddedZooKeeper.start(folder, 0)) {
            address = before.connectString();
            client = ZkConnection.connect(address, SESSION, WAIT);
            registration = register(client);
            lost = givenUp(client);
        }
        assertThat(lost.await(30, TimeUnit.SECONDS)).isTrue();
        giveUpTwice(client);
        awaitThreeMoreConnections(client);
        int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        try (EmbeddedZooKeeper after = EmbeddedZooKeeper.start(folder, port);
                client;
                registration) {
            assertThat(after.connectString()).isEqualTo(address);
            assertThat(client.blockUntilConnected(30, TimeUnit.SECONDS)).isTrue();
            long epoch = epochBeforeTheOutage;
            assertThat(registration.epoch()).isEqualTo(epoch);
            expire(client, address);
            Awaitility.await()
                    .atMost(WAIT)
                    .ignoreExceptions()
                    .until(() -> registration.epoch() > epoch);
        }
    }

    private Registration register(CuratorFramework client) throws Exception {
        Registration registration =
                Registration.register(client, PATH, new ServiceNode("http://a", "test"), WAIT);
        epochBeforeTheOutage = registration.epoch();
        return registration;
    }

    /** Curator does so when the connection is away for longer than the session lasts. */
    private static CountDownLatch givenUp(CuratorFramework client) {
        CountDownLatch lost = new CountDownLatch(1);
        client.getConnectionStateListenable()
                .addListener(
                        (from, state) -> {
                            if (state == ConnectionState.LOST) {
                                lost.countDown();
                            }
                        });
        return lost;
    }

    /** Curator and ZooKeeper's client may do so at once, and Curator then replaces two. */
    private static void giveUpTwice(CuratorFramework client) throws Exception {
        CuratorZookeeperClient connections = client.getZookeeperClient();
        long first = connections.getInstanceIndex();
        WatchedEvent expired = new WatchedEvent(EventType.None, KeeperState.Expired, null);
        Testable current = connections.getZooKeeper().getTestable();
        current.queueEvent(expired);
        current.queueEvent(expired);
        Awaitility.await().atMost(WAIT).until(() -> connections.getInstanceIndex() >= first + 2);
    }

    /** ZooKeeper's client loses its patience too, again and again. */
    private static void awaitThreeMoreConnections(CuratorFramework client) {
        CuratorZookeeperClient connections = client.getZookeeperClient();
        long first = connections.getInstanceIndex();
        Awaitility.await()
                .atMost(WAIT)
                .untilAsserted(
                        () ->
                                assertThat(connections.getInstanceIndex())
                                        .isGreaterThanOrEqualTo(first + 3));
    }

    /** What ZooKeeper does to a process that was silent for too long. */
    private static void expire(CuratorFramework client, String address) throws Exception {
        ZooKeeper own = client.getZookeeperClient().getZooKeeper();
        ZooKeeper twin =
                new ZooKeeper(
                        address, 2_000, event -> {}, own.getSessionId(), own.getSessionPasswd());
        try {
            Awaitility.await().until(() -> twin.getState().isConnected());
        } finally {
            twin.close();
        }
    }
}
