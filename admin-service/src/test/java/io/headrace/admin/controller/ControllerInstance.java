package io.headrace.admin.controller;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;

/** One controller as an admin-service runs it, without Spring, and with a store that can pause. */
final class ControllerInstance implements AutoCloseable {

    final CuratorFramework client;
    final ClusterWatch watch;
    final Controller controller;
    final AtomicInteger pausedCommits = new AtomicInteger();
    private final ControllerElection election;
    private final Semaphore gate = new Semaphore(1_000_000);
    private volatile boolean isPaused;
    private final String connectString;

    ControllerInstance(String connectString, String adminId) throws Exception {
        this(connectString, adminId, Images.balance(), Duration.ofSeconds(1));
    }

    ControllerInstance(
            String connectString, String adminId, ControllerRules.Balance balance, Duration tick)
            throws Exception {
        this.connectString = connectString;
        client = ZkConnection.connect(connectString, Duration.ofSeconds(5), Duration.ofSeconds(20));
        String clusterId = ClusterLayout.ensure(client, Optional.empty(), new Random());
        assert !clusterId.isEmpty();
        watch = ClusterWatch.start(client, Duration.ofSeconds(20));
        ClusterView view = new WatchedView();
        ClusterStore store = new PausingStore(new ZooKeeperStore(client));
        ControllerElection[] own = new ControllerElection[1];
        controller =
                new Controller(
                        Images.rules(
                                new TopicRules(
                                        1, 1, 1_000, Duration.ofHours(1), Duration.ofDays(30)),
                                balance),
                        Clock.systemUTC(),
                        new Random(),
                        store,
                        view,
                        new Controller.Timing(tick, Duration.ofSeconds(5)),
                        () -> own[0].again());
        election = new ControllerElection(client, adminId, store, view, controller);
        own[0] = election;
        Registration registration =
                Registration.register(
                        client,
                        ZkPaths.admin(adminId),
                        new ServiceNode("http://" + adminId, "test"),
                        Duration.ofSeconds(10));
        assert registration.epoch() > 0;
        controller.start();
        watch.listen(image -> controller.clusterChanged());
        election.start();
    }

    void pauseWrites() {
        isPaused = true;
        gate.drainPermits();
    }

    void resumeWrites() {
        isPaused = false;
        gate.release(1_000_000);
    }

    CompletableFuture<Outcome> create(String topic) {
        return controller.submit(
                new ControllerEvent.CreateTopic(
                        topic, OptionalInt.of(2), OptionalInt.of(1), List.of(), Map.of(), false));
    }

    /** What its lifelines say of another one. */
    void isGone(String adminId) {
        election.controllerGone(adminId, "http://" + adminId);
    }

    void awaitActive() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(controller::isActive);
    }

    void awaitInactive() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !controller.isActive());
    }

    void await(Predicate<ClusterImage> condition) throws Exception {
        ClusterImage image = watch.await(condition, Duration.ofSeconds(30));
        assert image != null;
    }

    /** What ZooKeeper does to a process that was silent for too long. */
    void expireSession() throws Exception {
        ZooKeeper own = client.getZookeeperClient().getZooKeeper();
        ZooKeeper twin =
                new ZooKeeper(
                        connectString,
                        5_000,
                        event -> {},
                        own.getSessionId(),
                        own.getSessionPasswd());
        try {
            Awaitility.await().until(() -> twin.getState().isConnected());
        } finally {
            twin.close();
        }
    }

    @Override
    public void close() {
        resumeWrites();
        election.close();
        controller.close();
        watch.close();
        client.close();
    }

    private final class WatchedView implements ClusterView {
        @Override
        public ClusterImage image() {
            return watch.image();
        }

        @Override
        public ClusterImage await(Predicate<ClusterImage> condition, Duration wait)
                throws InterruptedException, TimeoutException {
            return watch.await(condition, wait);
        }
    }

    private final class PausingStore implements ClusterStore {
        private final ClusterStore store;

        PausingStore(ClusterStore store) {
            this.store = store;
        }

        @Override
        public Commit commit(Term term, List<ClusterWrite> step) throws InterruptedException {
            if (isPaused) {
                pausedCommits.incrementAndGet();
            }
            gate.acquire();
            return store.commit(term, step);
        }

        @Override
        public Remembered rememberedBrokers() throws Exception {
            return store.rememberedBrokers();
        }
    }
}
