package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.PartialProofNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.topic.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be in an ISR after a restart, in a real ZooKeeper. */
class AdmissionTest {

    private static final Duration WAIT = Duration.ofSeconds(20);

    @TempDir Path directory;
    private EmbeddedZooKeeper zooKeeper;
    private CuratorFramework client;
    private ControllerInstance instance;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
        client = ZkConnection.connect(zooKeeper.connectString(), WAIT, WAIT);
        instance = new ControllerInstance(zooKeeper.connectString(), "only");
        instance.awaitActive();
    }

    @AfterEach
    void stop() throws Exception {
        instance.close();
        client.close();
        zooKeeper.close();
    }

    private Registration register(int id, long provenEpoch, boolean isStopping) throws Exception {
        return Registration.register(
                client,
                ZkPaths.broker(id),
                node(id, provenEpoch, isStopping),
                Duration.ofSeconds(10));
    }

    private static BrokerNode node(int id, long provenEpoch, boolean isStopping) {
        return new BrokerNode(
                "http://b" + id, Map.of(), null, "test", provenEpoch, "disk-" + id, isStopping);
    }

    /** A topic "t" on brokers 0 and 1, both in sync and admitted. */
    private void topicOnBoth() throws Exception {
        topicOnBoth(1);
    }

    private void topicOnBoth(int partitionCount) throws Exception {
        instance.await(image -> image.admission().epochs().keySet().equals(Set.of(0, 1)));
        Outcome outcome =
                instance.controller
                        .submit(
                                new ControllerEvent.CreateTopic(
                                        "t",
                                        OptionalInt.empty(),
                                        OptionalInt.empty(),
                                        Collections.nCopies(partitionCount, List.of(0, 1)),
                                        Map.of(),
                                        false))
                        .get(20, TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
    }

    private static PartitionState state(ClusterImage image) {
        return image.topics().get("t").states().getFirst();
    }

    @Test
    void aRestartWithoutProofCostsThePlaceInTheIsrBeforeItIsAdmitted() throws Exception {
        try (Registration zero = register(0, -1, false)) {
            Registration one = register(1, -1, false);
            topicOnBoth();
            long first = one.epoch();
            int version = instance.watch.image().admission().version();
            one.close();
            instance.await(image -> !image.brokers().containsKey(1));
            assertThat(state(instance.watch.image()).isr()).containsExactly(0, 1);
            try (Registration again = register(1, -1, false)) {
                instance.await(image -> image.admission().isAdmitted(1, epochOf(again)));
                assertThat(state(instance.watch.image()).isr()).containsExactly(0);
                assertThat(again.epoch()).isGreaterThan(first);
            }
            assertThat(zero.epoch()).isPositive();
            assertThat(instance.watch.image().admission().version()).isGreaterThan(version);
        }
    }

    @Test
    void aProvenRestartThatNobodySawKeepsItsPlace() throws Exception {
        try (Registration zero = register(0, -1, false)) {
            Registration one = register(1, -1, false);
            topicOnBoth();
            long first = one.epoch();
            instance.pauseWrites();
            one.close();
            try (Registration again = register(1, first, false)) {
                instance.await(
                        image ->
                                image.brokers().containsKey(1)
                                        && image.brokers().get(1).epoch() > first);
                instance.resumeWrites();
                instance.await(image -> image.admission().isAdmitted(1, epochOf(again)));
                assertThat(zero.epoch()).isPositive();
            }
        }
    }

    @Test
    void aBrokerThatStopsHandsItsLeadershipsOverAndIsAdmittedNoMore() throws Exception {
        try (Registration zero = register(0, -1, false);
                Registration one = register(1, -1, false)) {
            topicOnBoth();
            zero.update(node(0, -1, true));
            instance.await(
                    image ->
                            state(image).leader() == 1
                                    && state(image).isr().equals(List.of(0, 1))
                                    && !image.admission().epochs().containsKey(0));
            assertThat(one.epoch()).isPositive();
            assertThat(state(instance.watch.image()).leaderEpoch()).isEqualTo(1);
        }
    }

    @Test
    void theStoreDoesNotAdmitWhoIsStillInSyncAndALeadersLateWriteFails() throws Exception {
        try (Registration zero = register(0, -1, false);
                Registration one = register(1, -1, false)) {
            topicOnBoth();
            assertThat(zero.epoch()).isPositive();
            assertThat(one.epoch()).isPositive();
            instance.close();
            ZooKeeper bare = client.getZookeeperClient().getZooKeeper();
            Term term =
                    new Term(
                            instance.watch.image().controllerEpoch(),
                            bare.exists(ZkPaths.CONTROLLER_EPOCH, false).getVersion());
            int seen = bare.exists(ZkPaths.CONTROLLER_BROKERS, false).getVersion();
            ZooKeeperStore store = new ZooKeeperStore(client);
            Remembered remembered = store.rememberedBrokers();
            List<ClusterWrite> admit =
                    List.of(new ClusterWrite.RememberBrokers(remembered, new Distrust(Set.of(1))));
            assertThat(store.commit(term, admit)).isEqualTo(ClusterStore.Commit.STALE);
            List<ClusterWrite> admitWithDamage =
                    List.of(new ClusterWrite.RememberBrokers(remembered, doubt(0)));
            assertThat(store.commit(term, admitWithDamage)).isEqualTo(ClusterStore.Commit.STALE);

            put(bare, List.of(0));
            assertThat(store.commit(term, admit)).isEqualTo(ClusterStore.Commit.DONE);
            byte[] late = states(bare, List.of(0, 1));
            assertThatThrownBy(
                            () ->
                                    bare.multi(
                                            List.of(
                                                    Op.check(ZkPaths.CONTROLLER_BROKERS, seen),
                                                    Op.setData(ZkPaths.states("t"), late, -1))))
                    .isInstanceOf(KeeperException.BadVersionException.class);
        }
        instance = new ControllerInstance(zooKeeper.connectString(), "next");
    }

    /** Of broker 1, for one partition of "t". */
    private static Distrust doubt(int partition) {
        return new Distrust(Set.of(), Map.of(new TopicPartition("t", partition), Set.of(1)));
    }

    @Test
    void aRestartThatFoundAPartitionDamagedCostsThePlaceInThatOneAlone() throws Exception {
        try (Registration zero = register(0, -1, false)) {
            Registration one = register(1, -1, false);
            topicOnBoth(2);
            long first = one.epoch();
            one.close();
            instance.await(image -> !image.brokers().containsKey(1));
            BrokerNode damaged =
                    new BrokerNode(
                            "http://b1",
                            Map.of(),
                            null,
                            "test",
                            -1,
                            "disk-1",
                            false,
                            Map.of(),
                            new PartialProofNode(first, Map.of("t", List.of(0), "u", List.of(7))));
            try (Registration again =
                    Registration.register(
                            client, ZkPaths.broker(1), damaged, Duration.ofSeconds(10))) {
                instance.await(image -> image.admission().isAdmitted(1, epochOf(again)));
                assertThat(state(instance.watch.image()).isr()).containsExactly(0);
                assertThat(instance.watch.image().topics().get("t").states().get(1).isr())
                        .containsExactly(0, 1);
            }
            assertThat(zero.epoch()).isPositive();
        }
    }

    private static long epochOf(Registration registration) {
        try {
            return registration.epoch();
        } catch (Exception e) {
            throw new AssertionError("the broker is not registered", e);
        }
    }

    private static byte[] states(ZooKeeper bare, List<Integer> isr) throws Exception {
        String path = ZkPaths.states("t");
        StatesNode now = ZkPayloads.decode(path, bare.getData(path, false, null), StatesNode.class);
        PartitionNode before = now.partitions().getFirst();
        return ZkPayloads.encode(
                new StatesNode(
                        now.topicId(),
                        List.of(
                                new PartitionNode(
                                        0,
                                        before.leaderEpoch(),
                                        isr,
                                        List.of(),
                                        before.partitionEpoch() + 1))));
    }

    private static void put(ZooKeeper bare, List<Integer> isr) throws Exception {
        assertThat(bare.setData(ZkPaths.states("t"), states(bare, isr), -1).getVersion())
                .isPositive();
    }
}
