package io.headrace.broker;

import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.telemetry.BrokerHealth;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.ClusterNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.data.Stat;
import org.awaitility.Awaitility;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Several brokers in one JVM on one ZooKeeper, each in a rack of its own; the test is their
 * controller.
 */
public final class TestCluster implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Path folder;
    private final EmbeddedZooKeeper zooKeeper;
    private final CuratorFramework client;
    private final Map<Integer, ConfigurableApplicationContext> brokers = new TreeMap<>();

    private TestCluster(Path folder, EmbeddedZooKeeper zooKeeper, CuratorFramework client) {
        this.folder = folder;
        this.zooKeeper = zooKeeper;
        this.client = client;
    }

    /** Brokers 1 to {@code count}. */
    public static TestCluster start(Path folder, int count) throws Exception {
        EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start(folder.resolve("zookeeper"), 0);
        CuratorFramework client =
                ZkConnection.connect(
                        zooKeeper.connectString(), Duration.ofSeconds(10), Duration.ofSeconds(10));
        TestCluster cluster = new TestCluster(folder, zooKeeper, client);
        cluster.put(ZkPaths.CLUSTER, new ClusterNode("test-cluster", 1));
        // Somebody that a stopping broker may wait for.
        cluster.put(ZkPaths.admin("test"), new ServiceNode("http://127.0.0.1:1", "test"));
        for (int id = 1; id <= count; id++) {
            cluster.launch(id);
        }
        cluster.admitAll();
        return cluster;
    }

    public void launch(int id) {
        brokers.put(
                id,
                BrokerApplication.run(
                        "--server.port=0",
                        "--headrace.broker.id=" + id,
                        "--headrace.broker.rack=rack-" + id,
                        "--headrace.broker.kafka.listeners.PLAINTEXT.port=0",
                        "--headrace.zookeeper.connect=" + zooKeeper.connectString(),
                        "--headrace.broker.data-dir=" + folder.resolve("broker-" + id),
                        "--headrace.broker.disk-reserve=1MB",
                        "--headrace.broker.hand-over-wait=20s"));
    }

    public void stop(int id) {
        brokers.remove(id).close();
    }

    public CuratorFramework zooKeeper() {
        return client;
    }

    /** What the controller does when it has seen the brokers. */
    public void admitAll() throws Exception {
        Map<Integer, Long> epochs = new HashMap<>();
        for (int id : brokers.keySet()) {
            Stat stat = client.checkExists().forPath(ZkPaths.broker(id));
            epochs.put(id, stat.getCzxid());
        }
        put(ZkPaths.CONTROLLER_BROKERS, new RememberedBrokersNode(epochs, Map.of()));
    }

    /** The broker epoch that the controller saw last. */
    public long rememberedEpoch(int id) throws Exception {
        return ZkPayloads.decode(
                        ZkPaths.CONTROLLER_BROKERS,
                        client.getData().forPath(ZkPaths.CONTROLLER_BROKERS),
                        RememberedBrokersNode.class)
                .epochs()
                .get(id);
    }

    public BrokerNode node(int id) throws Exception {
        String path = ZkPaths.broker(id);
        return ZkPayloads.decode(path, client.getData().forPath(path), BrokerNode.class);
    }

    public String bootstrap() throws Exception {
        List<String> all = new ArrayList<>();
        for (int id : brokers.keySet()) {
            all.add(node(id).endpoints().get("PLAINTEXT"));
        }
        return String.join(",", all);
    }

    public Partition replica(int id, String topic, int partition) {
        return brokers.get(id).getBean(ReplicaManager.class).partitions().stream()
                .filter(
                        each ->
                                each.name().topic().equals(topic)
                                        && each.name().partition() == partition)
                .findFirst()
                .orElseThrow();
    }

    public Map<String, Object> healthDetails(int id) {
        return brokers.get(id).getBean(BrokerHealth.class).health().getDetails();
    }

    /** One partition; the first replica leads. */
    public TopicId createTopic(String name, List<Integer> replicas, Map<String, String> config)
            throws Exception {
        TopicId id = TopicId.random();
        put(
                ZkPaths.states(name),
                new StatesNode(
                        id.toString(),
                        List.of(new PartitionNode(replicas.getFirst(), 0, replicas, 0))));
        put(ZkPaths.topic(name), new TopicNode(id.toString(), List.of(replicas), config));
        Awaitility.await()
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(() -> replica(replicas.getFirst(), name, 0).leadership() != null);
        return id;
    }

    /** The state as it stands in ZooKeeper. */
    public PartitionState state(String topic) throws Exception {
        String path = ZkPaths.states(topic);
        PartitionNode node =
                ZkPayloads.decode(path, client.getData().forPath(path), StatesNode.class)
                        .partitions()
                        .getFirst();
        return new PartitionState(
                node.leader(), node.leaderEpoch(), node.isr(), node.elr(), node.partitionEpoch());
    }

    /** Elects a leader, as the controller would: the next epochs, written over what stands. */
    public void elect(String topic, int leader, List<Integer> isr) throws Exception {
        String path = ZkPaths.states(topic);
        StatesNode node = ZkPayloads.decode(path, client.getData().forPath(path), StatesNode.class);
        PartitionNode now = node.partitions().getFirst();
        put(
                path,
                new StatesNode(
                        node.topicId(),
                        Collections.singletonList(
                                new PartitionNode(
                                        leader,
                                        now.leaderEpoch() + 1,
                                        isr,
                                        now.partitionEpoch() + 1))));
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> replica(leader, topic, 0).leadership() != null);
    }

    public void put(String path, Record payload) throws Exception {
        byte[] bytes = ZkPayloads.encode(payload);
        if (client.checkExists().forPath(path) == null) {
            client.create().creatingParentsIfNeeded().forPath(path, bytes);
        } else {
            client.setData().forPath(path, bytes);
        }
    }

    /** Where a broker keeps the only partition of a topic. */
    public Path directory(int id, String topic) {
        return folder.resolve("broker-" + id).resolve(topic + "-0");
    }

    /** Nobody takes over what these brokers lead, so there is nothing to wait for. */
    private void forgetTopics() {
        try {
            for (String topic : client.getChildren().forPath(ZkPaths.TOPICS)) {
                client.delete().forPath(ZkPaths.topic(topic));
                client.delete().forPath(ZkPaths.states(topic));
            }
        } catch (Exception e) {
            throw new IllegalStateException("the topics cannot be forgotten", e);
        }
    }

    @Override
    public void close() throws IOException {
        forgetTopics();
        brokers.values().forEach(ConfigurableApplicationContext::close);
        client.close();
        zooKeeper.close();
    }
}
