package io.headrace.model.coordination;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPayloads.BrokerConfigNode;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.ClusterNode;
import io.headrace.model.coordination.ZkPayloads.ControllerNode;
import io.headrace.model.coordination.ZkPayloads.CordonNode;
import io.headrace.model.coordination.ZkPayloads.DeletionNode;
import io.headrace.model.coordination.ZkPayloads.LastBrokerNode;
import io.headrace.model.coordination.ZkPayloads.MoveNode;
import io.headrace.model.coordination.ZkPayloads.PartialProofNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterWatchTest {

    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final Duration SESSION = Duration.ofSeconds(6);

    @TempDir Path directory;

    private EmbeddedZooKeeper zooKeeper;
    private CuratorFramework client;
    private ClusterWatch watch;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = EmbeddedZooKeeper.start(directory, 0);
        client = ZkConnection.connect(zooKeeper.connectString(), SESSION, WAIT);
        watch = ClusterWatch.start(client, WAIT);
    }

    @AfterEach
    void stop() throws Exception {
        watch.close();
        client.close();
        zooKeeper.close();
    }

    @Test
    void an_empty_cluster_has_an_empty_image() {
        assertThat(watch.image().clusterId()).isEmpty();
        assertThat(watch.image().topics()).isEmpty();
        assertThat(watch.image().brokers()).isEmpty();
    }

    @Test
    void every_kind_of_node_shows_in_the_image() throws Exception {
        TopicId id = TopicId.random();
        create(ZkPaths.CLUSTER, new ClusterNode("c1", 1));
        create(ZkPaths.CONTROLLER_EPOCH, new ControllerNode(3, "a1"));
        create(ZkPaths.admin("a1"), new ServiceNode("http://127.0.0.1:1", "v"));
        create(ZkPaths.gateway("g1"), new ServiceNode("http://127.0.0.1:2", "v"));
        create(ZkPaths.deletion(TopicId.random()), new DeletionNode("old", 5, 7));
        create(
                ZkPaths.topic("t"),
                new TopicNode(id.toString(), List.of(List.of(1)), Map.of("retention.ms", "5")));
        create(ZkPaths.states("t"), states(id, 1, 4));
        try (Registration registration =
                Registration.register(
                        client,
                        ZkPaths.broker(1),
                        new BrokerNode(
                                "http://127.0.0.1:3", Map.of(), null, "v", 77, "disk-1", true),
                        WAIT)) {
            ClusterImage image =
                    watch.await(i -> i.brokers().size() == 1 && i.topics().size() == 1, WAIT);

            assertThat(image.clusterId()).isEqualTo("c1");
            assertThat(image.controllerEpoch()).isEqualTo(3);
            assertThat(image.controllerId()).contains("a1");
            assertThat(image.gateways()).containsOnlyKeys("g1");
            assertThat(image.deletedTopics().values())
                    .singleElement()
                    .satisfies(d -> assertThat(d.name()).isEqualTo("old"));
            assertThat(image.topic("t").orElseThrow().config()).containsEntry("retention.ms", "5");
            TopicPartition partition = new TopicPartition("t", 0);
            assertThat(image.partition(partition))
                    .contains(new PartitionState(1, 4, List.of(1), 0));
            assertThat(image.leaderOf(partition).orElseThrow().epoch())
                    .isEqualTo(registration.epoch());
            assertThat(image.partition(new TopicPartition("t", 1))).isEmpty();
            assertThat(image.brokers().get(1))
                    .returns(77L, BrokerRegistration::provenEpoch)
                    .returns("disk-1", BrokerRegistration::directoryId)
                    .returns(true, BrokerRegistration::isStopping);
        }
        watch.await(i -> i.brokers().isEmpty(), WAIT);
    }

    @Test
    void a_broker_may_prove_that_it_lost_nothing_but_what_is_damaged() throws Exception {
        PartialProof proof =
                new PartialProof(
                        77, Set.of(new TopicPartition("t", 3), new TopicPartition("t", 1)));
        BrokerNode node =
                new BrokerNode(
                        "http://127.0.0.1:3",
                        Map.of(),
                        null,
                        "v",
                        -1,
                        "d",
                        false,
                        Map.of(),
                        new PartialProofNode(proof));
        try (Registration registration =
                Registration.register(client, ZkPaths.broker(1), node, WAIT)) {
            ClusterImage image = watch.await(i -> i.brokers().size() == 1, WAIT);
            assertThat(image.brokers().get(1).partialProof()).contains(proof);
            registration.update(node.stop().proven(99));
            image = watch.await(i -> i.brokers().get(1).isStopping(), WAIT);
            assertThat(image.brokers().get(1))
                    .returns(99L, BrokerRegistration::provenEpoch)
                    .returns(Optional.of(proof), BrokerRegistration::partialProof);
        }
    }

    @Test
    void who_has_too_much_damage_proves_nothing() {
        Set<TopicPartition> many = new HashSet<>();
        for (int i = 0; i < PartialProof.DAMAGED_MAX; i++) {
            many.add(new TopicPartition("t", i));
        }
        assertThat(PartialProof.of(7, many)).isPresent();
        assertThat(PartialProof.of(BrokerRegistration.NO_PROVEN_EPOCH, many)).isEmpty();
        many.add(new TopicPartition("u", 0));
        assertThat(PartialProof.of(7, many)).isEmpty();
        assertThat(PartialProof.of(7, Set.of())).isEmpty();
    }

    @Test
    void a_topic_that_grows_is_there_all_the_time() throws Exception {
        TopicId id = TopicId.random();
        create(ZkPaths.topic("g"), new TopicNode(id.toString(), List.of(List.of(1)), Map.of()));
        create(ZkPaths.states("g"), states(id, 1, 4));
        watch.await(i -> i.topic("g").isPresent(), WAIT);

        List<List<Integer>> grown = List.of(List.of(1), List.of(1));
        TopicNode topic = new TopicNode(id.toString(), grown, Map.of());
        client.setData().forPath(ZkPaths.topic("g"), ZkPayloads.encode(topic));
        create(ZkPaths.cordoned(7), new CordonNode(9, true));
        ClusterImage half = watch.await(i -> i.cordons().containsKey(7), WAIT);
        assertThat(half.topic("g").orElseThrow().partitionCount()).isOne();

        PartitionNode state = new PartitionNode(1, 4, List.of(1), 0);
        StatesNode states = new StatesNode(id.toString(), List.of(state, state));
        client.setData().forPath(ZkPaths.states("g"), ZkPayloads.encode(states));
        watch.await(i -> i.topic("g").orElseThrow().partitionCount() == 2, WAIT);
    }

    @Test
    void moves_cordons_admissions_and_broker_settings_show_in_the_image() throws Exception {
        TopicId id = TopicId.random();
        create(
                ZkPaths.topic("t"),
                new TopicNode(
                        id.toString(),
                        List.of(List.of(2, 3, 1), List.of(1)),
                        Map.of(0, new MoveNode(List.of(2), List.of(1))),
                        Map.of()));
        create(
                ZkPaths.states("t"),
                new StatesNode(
                        id.toString(),
                        List.of(
                                new PartitionNode(3, 1, List.of(3), List.of(1), 4),
                                new PartitionNode(1, 0, List.of(1), 0))));
        create(
                ZkPaths.CONTROLLER_BROKERS,
                new RememberedBrokersNode(Map.of(1, 55L), Map.of(2, new LastBrokerNode(44, "d"))));
        create(ZkPaths.cordoned(3), new CordonNode(9, true));
        create(ZkPaths.brokerConfig(1), new BrokerConfigNode(Map.of("a", "b")));

        ClusterImage image =
                watch.await(i -> i.topics().size() == 1 && !i.brokerConfigs().isEmpty(), WAIT);

        TopicImage topic = image.topics().get("t");
        assertThat(topic.moves()).containsOnlyKeys(0);
        assertThat(topic.target(0)).containsExactly(2, 3);
        assertThat(topic.target(1)).containsExactly(1);
        assertThat(topic.states().getFirst().elr()).containsExactly(1);
        assertThat(image.admission().isAdmitted(1, 55)).isTrue();
        assertThat(image.admission().isAdmitted(1, 56)).isFalse();
        assertThat(image.admission().isAdmitted(2, 44)).isFalse();
        assertThat(image.admission().version()).isZero();
        assertThat(image.cordons()).containsEntry(3, new Cordon(9, true));
        assertThat(image.brokerConfigs()).containsEntry(1, Map.of("a", "b"));
    }

    @Test
    void a_topic_is_the_same_instance_until_one_of_its_nodes_changes() throws Exception {
        TopicId id = TopicId.random();
        create(ZkPaths.topic("t"), new TopicNode(id.toString(), List.of(List.of(1)), Map.of()));
        create(ZkPaths.states("t"), states(id, 1, 0));
        TopicImage before =
                watch.await(i -> i.topic("t").isPresent(), WAIT).topic("t").orElseThrow();
        create(ZkPaths.CLUSTER, new ClusterNode("seen", 1));
        assertThat(watch.await(i -> i.clusterId().equals("seen"), WAIT).topics().get("t"))
                .isSameAs(before);

        client.setData().forPath(ZkPaths.states("t"), ZkPayloads.encode(states(id, 1, 1)));
        ClusterImage after =
                watch.await(i -> i.topics().get("t").states().getFirst().leaderEpoch() == 1, WAIT);
        assertThat(after.topics().get("t")).isNotSameAs(before);
    }

    @Test
    void payloads_of_the_format_before_moves_and_eligible_leaders_are_read() {
        byte[] topic = "{\"topicId\":\"x\",\"assignments\":[[1]],\"config\":{}}".getBytes(UTF_8);
        assertThat(ZkPayloads.decode("/t", topic, TopicNode.class).moves()).isEmpty();
        byte[] state =
                "{\"leader\":1,\"leaderEpoch\":2,\"isr\":[1],\"partitionEpoch\":3}".getBytes(UTF_8);
        assertThat(ZkPayloads.decode("/s", state, PartitionNode.class).elr()).isEmpty();
        assertThat(ZkPayloads.decode("/s", state, PartitionNode.class).lastCopy()).isEqualTo(-1);
        PartitionNode waiting = new PartitionNode(-1, 4, List.of(2), List.of(), 1, 9);
        assertThat(ZkPayloads.decode("/s", ZkPayloads.encode(waiting), PartitionNode.class))
                .isEqualTo(waiting);
        byte[] brokers = "{\"epochs\":{\"1\":5}}".getBytes(UTF_8);
        assertThat(ZkPayloads.decode("/b", brokers, RememberedBrokersNode.class).last()).isEmpty();
    }

    @Test
    void a_topic_whose_nodes_name_different_ids_does_not_show() throws Exception {
        TopicId id = TopicId.random();
        create(ZkPaths.topic("t"), new TopicNode(id.toString(), List.of(List.of(1)), Map.of()));
        create(ZkPaths.states("t"), states(TopicId.random(), 1, 0));
        create(ZkPaths.CLUSTER, new ClusterNode("seen", 1));
        assertThat(watch.await(i -> i.clusterId().equals("seen"), WAIT).topics()).isEmpty();

        client.setData().forPath(ZkPaths.states("t"), ZkPayloads.encode(states(id, 1, 0)));

        watch.await(i -> i.topics().containsKey("t"), WAIT);
    }

    @Test
    void an_unreadable_node_is_left_out_and_the_rest_is_seen() throws Exception {
        client.create()
                .creatingParentsIfNeeded()
                .forPath(ZkPaths.topic("bad"), "{".getBytes(StandardCharsets.UTF_8));
        client.create()
                .creatingParentsIfNeeded()
                .forPath(ZkPaths.BROKERS + "/x", "{}".getBytes(StandardCharsets.UTF_8));
        create(ZkPaths.CLUSTER, new ClusterNode("seen", 1));

        ClusterImage image = watch.await(i -> i.clusterId().equals("seen"), WAIT);

        assertThat(image.topics()).isEmpty();
        assertThat(image.brokers()).isEmpty();
    }

    @Test
    void a_listener_gets_the_current_image_and_later_ones_even_when_another_fails()
            throws Exception {
        AtomicReference<ClusterImage> seen = new AtomicReference<>();
        watch.listen(
                image -> {
                    throw new IllegalStateException("this listener always fails");
                });
        watch.listen(seen::set);
        Awaitility.await().until(() -> seen.get() != null);

        create(ZkPaths.CLUSTER, new ClusterNode("later", 1));

        Awaitility.await().atMost(WAIT).until(() -> seen.get().clusterId().equals("later"));
    }

    @Test
    void a_restart_on_the_same_folder_keeps_everything() throws Exception {
        create(ZkPaths.CLUSTER, new ClusterNode("kept", 1));
        stop();
        start();
        assertThat(watch.await(i -> !i.clusterId().isEmpty(), WAIT).clusterId()).isEqualTo("kept");
    }

    @Test
    void a_registration_replaces_what_a_dead_process_left() throws Exception {
        try (CuratorFramework dead =
                ZkConnection.connect(zooKeeper.connectString(), SESSION, WAIT)) {
            dead.create()
                    .creatingParentsIfNeeded()
                    .withMode(org.apache.zookeeper.CreateMode.EPHEMERAL)
                    .forPath(
                            ZkPaths.gateway("g"),
                            ZkPayloads.encode(new ServiceNode("http://old", "v")));
            try (Registration registration =
                    Registration.register(
                            client,
                            ZkPaths.gateway("g"),
                            new ServiceNode("http://new", "v"),
                            WAIT)) {
                assertThat(registration.epoch()).isPositive();
                watch.await(
                        i ->
                                i.gateways().containsKey("g")
                                        && i.gateways().get("g").url().equals("http://new"),
                        WAIT);
            }
        }
    }

    @Test
    void an_unreachable_server_is_reported_within_the_wait() {
        assertThatThrownBy(
                        () -> ZkConnection.connect("127.0.0.1:1", SESSION, Duration.ofMillis(300)))
                .isInstanceOf(ZkUnreachableException.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void a_chroot_is_made_by_the_first_who_comes() throws Exception {
        String below = zooKeeper.connectString() + "/streams/headrace";
        try (CuratorFramework first = ZkConnection.connect(below, SESSION, WAIT);
                CuratorFramework second = ZkConnection.connect(below, SESSION, WAIT)) {
            assertThat(first.create().forPath("/one", new byte[0])).isEqualTo("/one");
            assertThat(second.checkExists().forPath("/one")).isNotNull();
            assertThat(client.checkExists().forPath("/streams/headrace/one")).isNotNull();
        }
    }

    private static StatesNode states(TopicId id, int leader, int leaderEpoch) {
        return new StatesNode(
                id.toString(), List.of(new PartitionNode(leader, leaderEpoch, List.of(leader), 0)));
    }

    private void create(String path, Record payload) throws Exception {
        client.create().creatingParentsIfNeeded().forPath(path, ZkPayloads.encode(payload));
    }
}
