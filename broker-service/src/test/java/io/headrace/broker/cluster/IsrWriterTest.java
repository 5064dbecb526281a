package io.headrace.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real ZooKeeper: who was first wins, and nobody slips past an election. */
class IsrWriterTest {

    private static final TopicId ID = new TopicId(7, 7);
    private static final int PARTITIONS = 3;

    @TempDir static Path folder;
    private static EmbeddedZooKeeper zooKeeper;
    private static CuratorFramework client;
    private static int count;

    private final BlockingQueue<IsrOutcome> outcomes = new LinkedBlockingQueue<>();
    private final AtomicReference<Runnable> beforeImage = new AtomicReference<>(() -> {});
    private final Map<Integer, Long> live = new HashMap<>(Map.of(1, 10L, 2, 20L, 3, 30L));
    private String topic;
    private IsrWriter writer;

    @BeforeAll
    static void start() throws Exception {
        zooKeeper = EmbeddedZooKeeper.start(folder, 0);
        client =
                ZkConnection.connect(
                        zooKeeper.connectString(), Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        zooKeeper.close();
    }

    @BeforeEach
    void createTopic() throws Exception {
        topic = "t" + count++;
        List<PartitionNode> states = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            states.add(new PartitionNode(1, 4, List.of(1, 2), List.of(), 6));
        }
        put(ZkPaths.states(topic), new StatesNode(ID.toString(), states));
        admit(Map.of(1, 10L, 2, 20L, 3, 30L));
        writer = new IsrWriter(client, this::image);
    }

    @AfterEach
    void close() {
        writer.close();
    }

    /** Asked for once between the read of the admissions and the write. */
    private ClusterImage image() {
        beforeImage.getAndSet(() -> {}).run();
        Map<Integer, BrokerRegistration> brokers = new HashMap<>();
        live.forEach(
                (id, epoch) ->
                        brokers.put(
                                id,
                                new BrokerRegistration(
                                        id,
                                        epoch,
                                        "http://b",
                                        Map.of(),
                                        Optional.empty(),
                                        "test",
                                        -1,
                                        "d",
                                        id == 4)));
        return TestImage.empty().brokers(brokers).image();
    }

    private static void put(String path, Record payload) throws Exception {
        client.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(path, ZkPayloads.encode(payload));
    }

    private static void admit(Map<Integer, Long> epochs) throws Exception {
        put(ZkPaths.CONTROLLER_BROKERS, new RememberedBrokersNode(epochs, Map.of()));
    }

    private IsrChange change(int partition, List<Integer> isr, Map<Integer, Long> additions) {
        return new IsrChange(
                new TopicPartition(topic, partition), ID, 1, 4, 6, isr, List.of(), additions);
    }

    private IsrOutcome write(IsrChange change) throws Exception {
        writer.submit(change, outcomes::add);
        return outcome();
    }

    private IsrOutcome outcome() throws Exception {
        IsrOutcome outcome = outcomes.poll(20, TimeUnit.SECONDS);
        assertThat(outcome).isNotNull();
        return outcome;
    }

    private List<PartitionNode> states() throws Exception {
        String path = ZkPaths.states(topic);
        return ZkPayloads.decode(path, client.getData().forPath(path), StatesNode.class)
                .partitions();
    }

    private int version() throws Exception {
        return client.checkExists().forPath(ZkPaths.states(topic)).getVersion();
    }

    /** Changes one partition, as a controller or another leader does. */
    private void meanwhile(int partition, PartitionNode state) {
        try {
            List<PartitionNode> states = new ArrayList<>(states());
            states.set(partition, state);
            put(ZkPaths.states(topic), new StatesNode(ID.toString(), states));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_changes_of_a_topic_are_one_write() throws Exception {
        int before = version();
        // Holds the thread until all three wishes are there.
        beforeImage.set(
                () -> {
                    for (int p = 0; p < PARTITIONS; p++) {
                        writer.submit(change(p, List.of(1, 2, 3), Map.of(3, 30L)), outcomes::add);
                    }
                });
        IsrChange other =
                new IsrChange(
                        new TopicPartition("none", 0),
                        ID,
                        1,
                        4,
                        6,
                        List.of(1),
                        List.of(),
                        Map.of());
        put(
                ZkPaths.states("none"),
                new StatesNode(ID.toString(), List.of(new PartitionNode(1, 4, List.of(1, 2), 6))));
        writer.submit(other, outcome -> {});
        for (int p = 0; p < PARTITIONS; p++) {
            assertThat(outcome())
                    .isEqualTo(
                            new IsrOutcome.Written(
                                    new PartitionState(1, 4, List.of(1, 2, 3), List.of(), 7)));
        }
        assertThat(version()).isEqualTo(before + 1);
        assertThat(states()).containsOnly(new PartitionNode(1, 4, List.of(1, 2, 3), List.of(), 7));
    }

    @Test
    void many_topics_are_written_at_once_and_each_has_its_own_outcome() throws Exception {
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            topics.add("many" + i);
            put(
                    ZkPaths.states("many" + i),
                    new StatesNode(
                            ID.toString(),
                            List.of(new PartitionNode(i % 2 == 0 ? 1 : 2, 4, List.of(1, 2), 6))));
        }
        for (String name : topics) {
            writer.submit(
                    new IsrChange(
                            new TopicPartition(name, 0),
                            ID,
                            1,
                            4,
                            6,
                            List.of(1),
                            List.of(),
                            Map.of()),
                    outcomes::add);
        }
        int written = 0;
        for (int i = 0; i < topics.size(); i++) {
            if (outcome() instanceof IsrOutcome.Written) {
                written++;
            }
        }
        assertThat(written).isEqualTo(25);
        for (int i = 0; i < topics.size(); i++) {
            String path = ZkPaths.states(topics.get(i));
            assertThat(
                            ZkPayloads.decode(
                                            path, client.getData().forPath(path), StatesNode.class)
                                    .partitions()
                                    .getFirst()
                                    .isr())
                    .isEqualTo(i % 2 == 0 ? List.of(1) : List.of(1, 2));
        }
    }

    @Test
    void another_partition_that_changes_meanwhile_costs_another_try_only() throws Exception {
        beforeImage.set(() -> meanwhile(1, new PartitionNode(2, 5, List.of(2), List.of(), 7)));
        assertThat(write(change(0, List.of(1), Map.of()))).isInstanceOf(IsrOutcome.Written.class);
        assertThat(states().get(0).isr()).containsExactly(1);
        assertThat(states().get(1).leader()).isEqualTo(2);
    }

    @Test
    void a_newer_state_of_the_same_epoch_is_handed_back() throws Exception {
        beforeImage.set(() -> meanwhile(0, new PartitionNode(1, 4, List.of(1), List.of(2), 7)));
        assertThat(write(change(0, List.of(1, 2, 3), Map.of(3, 30L))))
                .isEqualTo(
                        new IsrOutcome.Overtaken(
                                new PartitionState(1, 4, List.of(1), List.of(2), 7)));
    }

    @Test
    void a_write_whose_answer_was_lost_is_recognised() throws Exception {
        beforeImage.set(() -> meanwhile(0, new PartitionNode(1, 4, List.of(1), List.of(), 7)));
        assertThat(write(change(0, List.of(1), Map.of()))).isInstanceOf(IsrOutcome.Written.class);
        assertThat(states().get(0).partitionEpoch()).isEqualTo(7);
    }

    @Test
    void a_leader_whose_epoch_is_over_changes_nothing() throws Exception {
        beforeImage.set(() -> meanwhile(0, new PartitionNode(2, 5, List.of(2), List.of(), 7)));
        assertThat(write(change(0, List.of(1), Map.of()))).isInstanceOf(IsrOutcome.Over.class);
        assertThat(states().get(0).leader()).isEqualTo(2);
        client.delete().forPath(ZkPaths.states(topic));
        assertThat(write(change(0, List.of(1), Map.of()))).isInstanceOf(IsrOutcome.Over.class);
    }

    @Test
    void nobody_is_added_who_is_not_admitted_with_the_epoch_of_its_fetches() throws Exception {
        List<Integer> more = List.of(1, 2, 3);
        assertThat(write(change(0, more, Map.of(3, 29L)))).isEqualTo(new IsrOutcome.NotAdmitted(3));
        admit(Map.of(1, 10L, 2, 20L));
        assertThat(write(change(0, more, Map.of(3, 30L)))).isEqualTo(new IsrOutcome.NotAdmitted(3));
        admit(Map.of(1, 10L, 2, 20L, 3, 30L, 4, 40L));
        live.remove(3);
        assertThat(write(change(0, more, Map.of(3, 30L)))).isEqualTo(new IsrOutcome.NotAdmitted(3));
        live.put(4, 40L);
        assertThat(write(change(0, List.of(1, 2, 4), Map.of(4, 40L))))
                .isEqualTo(new IsrOutcome.NotAdmitted(4));
        assertThat(states().get(0).isr()).containsExactly(1, 2);
    }

    /**
     * The controller withdraws the admission of a broker before it elects without it: a leader that
     * has looked at the admission before must not write after.
     */
    @Test
    void an_addition_does_not_slip_past_a_controller_that_withdraws_the_admission()
            throws Exception {
        beforeImage.set(
                () -> {
                    try {
                        admit(Map.of(1, 10L, 2, 20L));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
        assertThat(write(change(0, List.of(1, 2, 3), Map.of(3, 30L))))
                .isEqualTo(new IsrOutcome.NotAdmitted(3));
        assertThat(states().get(0).isr()).containsExactly(1, 2);
    }

    @Test
    void a_shrinkage_does_not_depend_on_admissions() throws Exception {
        client.delete().forPath(ZkPaths.CONTROLLER_BROKERS);
        assertThat(write(change(2, List.of(1), Map.of()))).isInstanceOf(IsrOutcome.Written.class);
    }

    @Test
    void a_wish_that_comes_late_does_not_take_the_place_of_a_newer_one() throws Exception {
        IsrChange older = change(0, List.of(1, 2, 3), Map.of(3, 30L));
        IsrChange newer =
                new IsrChange(older.partition(), ID, 1, 4, 7, List.of(1), List.of(), Map.of());
        beforeImage.set(
                () -> {
                    meanwhile(0, new PartitionNode(1, 4, List.of(1, 2), List.of(), 7));
                    writer.submit(newer, outcomes::add);
                    writer.submit(older, outcomes::add);
                });
        assertThat(write(change(1, List.of(1), Map.of()))).isInstanceOf(IsrOutcome.Written.class);
        assertThat(outcome())
                .isEqualTo(
                        new IsrOutcome.Written(new PartitionState(1, 4, List.of(1), List.of(), 8)));
        assertThat(outcomes).isEmpty();
    }
}
