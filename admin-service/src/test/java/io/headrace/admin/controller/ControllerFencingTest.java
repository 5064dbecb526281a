package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.ControllerNode;
import io.headrace.model.error.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real ZooKeeper, a chroot for each test. */
class ControllerFencingTest {

    private static final AtomicInteger CHROOTS = new AtomicInteger();
    @TempDir static Path directory;
    private static EmbeddedZooKeeper zooKeeper;

    private String connectString;
    private CuratorFramework client;

    @BeforeAll
    static void startZooKeeper() throws Exception {
        zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
    }

    @AfterAll
    static void stopZooKeeper() throws Exception {
        zooKeeper.close();
    }

    @BeforeEach
    void connect() throws Exception {
        String chroot = "/test-" + CHROOTS.incrementAndGet();
        connectString = zooKeeper.connectString() + chroot;
        client =
                ZkConnection.connect(connectString, Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    private Registration registerBroker(boolean uncleanStart) throws Exception {
        return Registration.register(
                client,
                ZkPaths.broker(0),
                new BrokerNode(
                        "http://b", Map.of(), null, "test", uncleanStart ? -1 : 1, "disk", false),
                Duration.ofSeconds(10));
    }

    private static Outcome outcome(CompletableFuture<Outcome> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    @Test
    void aPausedControllerWhoseEpochWasTakenChangesNothing() throws Exception {
        try (ControllerInstance old = new ControllerInstance(connectString, "old");
                Registration broker = registerBroker(false)) {
            assertThat(broker.epoch()).isPositive();
            old.awaitActive();
            old.await(image -> image.brokers().containsKey(0));
            int oldEpoch = old.controller.epoch();
            Awaitility.await()
                    .until(() -> client.checkExists().forPath(ZkPaths.CONTROLLER_BROKERS) != null);
            old.pauseWrites();
            CompletableFuture<Outcome> answer = old.create("from-the-grave");
            Awaitility.await().until(() -> old.pausedCommits.get() > 0);

            byte[] newer = ZkPayloads.encode(new ControllerNode(oldEpoch + 1, "newer"));
            assertThat(client.setData().forPath(ZkPaths.CONTROLLER_EPOCH, newer)).isNotNull();
            old.resumeWrites();

            assertThat(outcome(answer))
                    .isInstanceOfSatisfying(
                            Outcome.Refused.class,
                            r -> assertThat(r.code()).isEqualTo(ErrorCode.NOT_CONTROLLER));
            assertThat(client.checkExists().forPath(ZkPaths.topic("from-the-grave"))).isNull();
            Awaitility.await().until(() -> old.controller.epoch() == oldEpoch + 2);
            assertThat(outcome(old.create("alive"))).isInstanceOf(Outcome.Done.class);
        }
    }

    @Test
    void aPausedControllerNeitherCordonsNorMovesWhenAnotherTookOver() throws Exception {
        try (ControllerInstance old = new ControllerInstance(connectString, "old");
                Registration broker = registerBroker(false)) {
            assertThat(broker.epoch()).isPositive();
            old.awaitActive();
            old.await(image -> image.admission().epochs().containsKey(0));
            assertThat(outcome(old.create("t"))).isInstanceOf(Outcome.Done.class);
            old.pauseWrites();
            CompletableFuture<Outcome> cordon =
                    old.controller.submit(
                            new ControllerEvent.SetCordon(
                                    0, ControllerEvent.CordonStep.DRAIN, false));
            Awaitility.await().until(() -> old.pausedCommits.get() > 0);
            try (ControllerInstance next = new ControllerInstance(connectString, "next")) {
                byte[] newer =
                        ZkPayloads.encode(new ControllerNode(old.controller.epoch() + 1, "next"));
                assertThat(client.setData().forPath(ZkPaths.CONTROLLER_EPOCH, newer)).isNotNull();
                old.resumeWrites();
                assertThat(outcome(cordon))
                        .isInstanceOfSatisfying(
                                Outcome.Refused.class,
                                r -> assertThat(r.code()).isEqualTo(ErrorCode.NOT_CONTROLLER));
                assertThat(client.checkExists().forPath(ZkPaths.cordoned(0))).isNull();
                assertThat(next.watch.image().cordons()).isEmpty();
            }
        }
    }

    @Test
    void aLostSessionEndsTheTermAndTheOtherInstanceTakesOver() throws Exception {
        try (ControllerInstance first = new ControllerInstance(connectString, "first");
                Registration broker = registerBroker(false)) {
            assertThat(broker.epoch()).isPositive();
            first.awaitActive();
            try (ControllerInstance second = new ControllerInstance(connectString, "second")) {
                assertThat(second.controller.isActive()).isFalse();
                int firstEpoch = first.controller.epoch();
                first.expireSession();
                second.awaitActive();
                first.awaitInactive();
                assertThat(second.controller.epoch()).isEqualTo(firstEpoch + 1);
                assertThat(outcome(first.create("too-late"))).isInstanceOf(Outcome.Refused.class);
                second.await(image -> image.brokers().containsKey(0));
                assertThat(outcome(second.create("in-time"))).isInstanceOf(Outcome.Done.class);
            }
            first.awaitActive();
            first.await(image -> image.topic("in-time").isPresent());
            assertThat(first.watch.image().topic("too-late")).isEmpty();
        }
    }

    @Test
    void aControllerThatIsSaidToBeDeadIsSucceededAndFencedIfItLives() throws Exception {
        try (ControllerInstance first = new ControllerInstance(connectString, "first");
                Registration broker = registerBroker(false)) {
            assertThat(broker.epoch()).isPositive();
            first.awaitActive();
            try (ControllerInstance second = new ControllerInstance(connectString, "second")) {
                int firstEpoch = first.controller.epoch();
                second.isGone("first");
                second.awaitActive();
                assertThat(second.controller.epoch()).isEqualTo(firstEpoch + 1);
                second.await(image -> image.brokers().containsKey(0));
                assertThat(outcome(first.create("too-late"))).isInstanceOf(Outcome.Refused.class);
                first.awaitInactive();
                assertThat(outcome(second.create("in-time"))).isInstanceOf(Outcome.Done.class);
                second.await(image -> image.admins().containsKey("first"));
            }
            first.awaitActive();
            assertThat(first.watch.image().topic("too-late")).isEmpty();
        }
    }

    @Test
    void aBrokerThatRestartsLeadsItsPartitionsAgainUnderAGreaterLeaderEpoch() throws Exception {
        try (ControllerInstance instance = new ControllerInstance(connectString, "only")) {
            instance.awaitActive();
            Registration broker = registerBroker(false);
            instance.await(image -> image.brokers().containsKey(0));
            assertThat(outcome(instance.create("t"))).isInstanceOf(Outcome.Done.class);
            broker.close();
            instance.await(
                    image ->
                            image.topic("t").orElseThrow().states().stream()
                                    .allMatch(
                                            s ->
                                                    s.leader() == PartitionState.NO_LEADER
                                                            && s.leaderEpoch() == 1
                                                            && s.isr().contains(0)));
            try (Registration again = registerBroker(true)) {
                assertThat(again.epoch()).isPositive();
                instance.await(
                        image ->
                                image.topic("t").orElseThrow().states().stream()
                                        .allMatch(s -> s.leader() == 0 && s.leaderEpoch() == 2));
            }
        }
    }

    @Test
    void aRestartThatNoControllerSawStillGetsTheNextLeaderEpoch() throws Exception {
        Registration broker = registerBroker(false);
        try (ControllerInstance instance = new ControllerInstance(connectString, "before")) {
            instance.awaitActive();
            instance.await(image -> image.brokers().containsKey(0));
            assertThat(outcome(instance.create("t"))).isInstanceOf(Outcome.Done.class);
            Awaitility.await()
                    .until(() -> client.checkExists().forPath(ZkPaths.CONTROLLER_BROKERS) != null);
        }
        broker.close();
        try (Registration again = registerBroker(false);
                ControllerInstance instance = new ControllerInstance(connectString, "after")) {
            assertThat(again.epoch()).isPositive();
            instance.await(
                    image ->
                            image.topic("t").orElseThrow().states().stream()
                                    .allMatch(s -> s.leader() == 0 && s.leaderEpoch() == 1));
        }
    }
}
