package io.headrace.gateway;

import io.headrace.broker.BrokerApplication;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.FreePorts;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A real ZooKeeper and a real broker with the id {@link #BROKER}, in this process; the test is the
 * controller. Gateways are started beside it.
 */
public final class TestCluster implements AutoCloseable {

    public static final int BROKER = 1;

    private static final Duration WAIT = Duration.ofSeconds(20);

    private final Path directory;
    private final EmbeddedZooKeeper zooKeeper;
    private final CuratorFramework curator;
    private final Http http = new Http();
    private final List<String> brokerArgs;
    private ConfigurableApplicationContext broker;
    private int httpPort;
    private int kafkaPort;

    private TestCluster(List<String> brokerArgs) throws Exception {
        this.brokerArgs = List.copyOf(brokerArgs);
        directory = Files.createTempDirectory("headrace-gateway-test");
        zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zookeeper"), 0);
        curator = ZkConnection.connect(zooKeeper.connectString(), WAIT, WAIT);
        put(ZkPaths.CLUSTER, new ZkPayloads.ClusterNode("test-cluster", 1));
    }

    /**
     * @param brokerArgs for example {@code --headrace.broker.groups.initial-rebalance-delay=0s}
     */
    public static TestCluster start(String... brokerArgs) throws Exception {
        TestCluster cluster = withoutBroker(brokerArgs);
        cluster.startBroker();
        return cluster;
    }

    public static TestCluster withoutBroker(String... brokerArgs) throws Exception {
        TestCluster cluster = new TestCluster(Arrays.asList(brokerArgs));
        cluster.moveBroker();
        return cluster;
    }

    /** Where the broker listens from its next start on: on ports that it did not have before. */
    public void moveBroker() {
        List<Integer> ports = FreePorts.some(2);
        httpPort = ports.get(0);
        kafkaPort = ports.get(1);
    }

    /** Starts the broker, or starts it again: with the data that it had. */
    public void startBroker() {
        List<String> args = new ArrayList<>();
        args.add("--server.port=" + httpPort);
        args.add("--headrace.broker.kafka.listeners.PLAINTEXT.port=" + kafkaPort);
        args.add("--headrace.zookeeper.connect=" + zooKeeper.connectString());
        args.add("--headrace.broker.id=" + BROKER);
        args.add("--headrace.broker.data-dir=" + directory.resolve("broker"));
        args.add("--headrace.broker.disk-reserve=1MB");
        args.addAll(brokerArgs);
        broker = BrokerApplication.run(args.toArray(String[]::new));
    }

    public void stopBroker() {
        broker.close();
    }

    public String zooKeeperAddress() {
        return zooKeeper.connectString();
    }

    public String brokerUrl() {
        return "http://127.0.0.1:" + httpPort;
    }

    /** Where Kafka clients begin. */
    public String bootstrap() {
        return "127.0.0.1:" + kafkaPort;
    }

    /** Creates a topic and waits until the broker leads all of it. */
    public TopicId createTopic(String name, int partitions, Map<String, String> config)
            throws Exception {
        TopicId id = createTopic(name, BROKER, partitions, config);
        Awaitility.await().atMost(WAIT).until(() -> isLed(name, partitions));
        return id;
    }

    /** Puts a topic into ZooKeeper and waits for nothing. */
    TopicId createTopic(String name, int leader, int partitions, Map<String, String> config)
            throws Exception {
        TopicId id = TopicId.random();
        List<List<Integer>> assignments = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            assignments.add(List.of(leader));
        }
        lead(name, id, leader, 0, partitions);
        put(ZkPaths.topic(name), new ZkPayloads.TopicNode(id.toString(), assignments, config));
        return id;
    }

    /** A topic of one partition and two replicas, of which only the broker's own is in sync. */
    void createTopicWithoutFollower(String name, Map<String, String> config) throws Exception {
        TopicId id = TopicId.random();
        admitBroker();
        lead(name, id, BROKER, 0, 1);
        put(
                ZkPaths.topic(name),
                new ZkPayloads.TopicNode(
                        id.toString(), List.of(List.of(BROKER, BROKER + 1)), config));
        Awaitility.await().atMost(WAIT).until(() -> isLed(name, 1));
    }

    /** What the controller does when it has seen the broker's start. */
    private void admitBroker() throws Exception {
        long epoch = curator.checkExists().forPath(ZkPaths.broker(BROKER)).getCzxid();
        put(
                ZkPaths.CONTROLLER_BROKERS,
                new ZkPayloads.RememberedBrokersNode(Map.of(BROKER, epoch), Map.of()));
    }

    /** Says who leads all partitions of a topic from now on. */
    void lead(String name, TopicId id, int leader, int leaderEpoch, int partitions)
            throws Exception {
        List<ZkPayloads.PartitionNode> states = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            states.add(
                    new ZkPayloads.PartitionNode(
                            leader, leaderEpoch, List.of(BROKER), leaderEpoch));
        }
        put(ZkPaths.states(name), new ZkPayloads.StatesNode(id.toString(), states));
    }

    public void deleteTopic(String name, TopicId id) throws Exception {
        put(
                ZkPaths.deletion(id),
                new ZkPayloads.DeletionNode(name, System.currentTimeMillis(), 3_600_000));
        remove(ZkPaths.topic(name));
        remove(ZkPaths.states(name));
    }

    private boolean isLed(String name, int partitions) {
        for (int p = 0; p < partitions; p++) {
            if (http.get(partitionUrl(name, p)).statusCode() != 200) {
                return false;
            }
        }
        return true;
    }

    private String partitionUrl(String topic, int partition) {
        return brokerUrl() + "/v1/topics/" + topic + "/partitions/" + partition;
    }

    /** All batches of a partition, as they lie in the log; at most 32 MiB. */
    public List<byte[]> batchList(String topic, int partition) {
        HttpResponse<byte[]> answer =
                http.getBytes(
                        partitionUrl(topic, partition)
                                + "/batches?offset=0&max_bytes=33554432&max_wait_ms=0");
        List<byte[]> batches = new ArrayList<>();
        byte[] bytes = answer.body();
        for (int at = 0; at < bytes.length; ) {
            int size = RecordBatch.sizeInBytes(ByteBuffer.wrap(bytes), at);
            batches.add(Arrays.copyOfRange(bytes, at, at + size));
            at += size;
        }
        return batches;
    }

    public void put(String path, Record payload) throws Exception {
        curator.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(path, ZkPayloads.encode(payload));
    }

    public void remove(String path) throws Exception {
        curator.delete().forPath(path);
    }

    @Override
    public void close() throws IOException {
        if (broker != null) {
            broker.close();
        }
        http.close();
        curator.close();
        zooKeeper.close();
        deleteAll(directory);
    }

    private static void deleteAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
