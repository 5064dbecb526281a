package io.headrace.broker;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.ClusterNode;
import io.headrace.model.coordination.ZkPayloads.DeletionNode;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** A whole broker on a real ZooKeeper, real sockets and real files; the test is its controller. */
public final class RunningBroker implements AutoCloseable {

    public static final int ID = 1;

    private final Disk disk;
    private final Throttle throttle;
    private final Path folder;
    private final EmbeddedZooKeeper zooKeeper;
    private final CuratorFramework client;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private ConfigurableApplicationContext context;

    private RunningBroker(
            Path folder,
            EmbeddedZooKeeper zooKeeper,
            CuratorFramework client,
            Disk disk,
            Throttle throttle) {
        this.disk = disk;
        this.throttle = throttle;
        this.folder = folder;
        this.zooKeeper = zooKeeper;
        this.client = client;
    }

    public static RunningBroker start(Path folder, String... args) throws Exception {
        return start(folder, new RealDisk(), args);
    }

    public static RunningBroker start(Path folder, Disk disk, String... args) throws Exception {
        return start(folder, disk, Throttle.NONE, args);
    }

    public static RunningBroker start(Path folder, Disk disk, Throttle throttle, String... args)
            throws Exception {
        EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start(folder.resolve("zookeeper"), 0);
        CuratorFramework client =
                ZkConnection.connect(
                        zooKeeper.connectString(), Duration.ofSeconds(10), Duration.ofSeconds(10));
        RunningBroker broker = new RunningBroker(folder, zooKeeper, client, disk, throttle);
        broker.put(ZkPaths.CLUSTER, new ClusterNode("test-cluster", 1));
        broker.launch(args);
        broker.admit();
        return broker;
    }

    /** The controller has seen this start. */
    public void admit() throws Exception {
        put(
                ZkPaths.CONTROLLER_BROKERS,
                new RememberedBrokersNode(
                        Map.of(ID, client.checkExists().forPath(ZkPaths.broker(ID)).getCzxid()),
                        Map.of()));
    }

    /** What the first admin-service does. */
    public static void createCluster(String connectString, String id) throws Exception {
        try (CuratorFramework client =
                ZkConnection.connect(
                        connectString, Duration.ofSeconds(10), Duration.ofSeconds(10))) {
            client.create().forPath(ZkPaths.CLUSTER, ZkPayloads.encode(new ClusterNode(id, 1)));
        }
    }

    public void launch(String... args) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--server.port=0",
                                "--headrace.broker.kafka.listeners.PLAINTEXT.port=0",
                                "--headrace.zookeeper.connect=" + zooKeeper.connectString(),
                                "--headrace.broker.data-dir=" + dataDir(),
                                "--headrace.broker.disk-reserve=1MB"));
        for (String arg : args) {
            all.removeIf(each -> each.startsWith(arg.substring(0, arg.indexOf('=') + 1)));
            all.add(arg);
        }
        context =
                BrokerApplication.builder()
                        .initializers(
                                made -> {
                                    GenericApplicationContext beans =
                                            (GenericApplicationContext) made;
                                    beans.registerBean("disk", Disk.class, () -> disk);
                                    beans.registerBean("throttle", Throttle.class, () -> throttle);
                                })
                        .run(all.toArray(new String[0]));
    }

    public void stop() {
        context.close();
    }

    public ConfigurableApplicationContext context() {
        return context;
    }

    /** The broker's replicas, to see who waits. */
    public static ReplicaManager replicas(RunningBroker broker) {
        return broker.context.getBean(ReplicaManager.class);
    }

    /** Linux shows which files, deleted ones too, this process holds open: a topic's segments. */
    public long openSegments(String topic) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(descriptor -> isSegmentOf(topic, descriptor)).count();
        }
    }

    private boolean isSegmentOf(String topic, Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            return target.startsWith(dataDir() + "/" + topic + "-") && target.contains(".log");
        } catch (IOException e) {
            return false;
        }
    }

    public Path dataDir() {
        return folder.resolve("broker");
    }

    public String connectString() {
        return zooKeeper.connectString();
    }

    public CuratorFramework zooKeeper() {
        return client;
    }

    public int port() {
        return ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    /** Where Kafka clients begin. */
    public String bootstrap() throws Exception {
        BrokerNode node =
                ZkPayloads.decode(
                        ZkPaths.broker(ID),
                        client.getData().forPath(ZkPaths.broker(ID)),
                        BrokerNode.class);
        return node.endpoints().getOrDefault("PLAINTEXT", "");
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public String batches(String topic, int partition) {
        return url() + "/v1/topics/" + topic + "/partitions/" + partition + "/batches";
    }

    // ---- the controller's part

    public TopicId createTopic(String name, int partitions, Map<String, String> config)
            throws Exception {
        TopicId id = TopicId.random();
        createTopic(name, id, partitions, config);
        awaitLed(name, partitions);
        return id;
    }

    public void createTopic(String name, TopicId id, int partitions, Map<String, String> config)
            throws Exception {
        List<List<Integer>> assignments = new ArrayList<>();
        List<PartitionNode> states = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            assignments.add(List.of(ID));
            states.add(new PartitionNode(ID, 0, List.of(ID), 0));
        }
        put(ZkPaths.states(name), new StatesNode(id.toString(), states));
        put(ZkPaths.topic(name), new TopicNode(id.toString(), assignments, config));
    }

    /** Another broker lives, as far as this one knows; nobody listens there. */
    public void registerOther(int id) throws Exception {
        put(
                ZkPaths.broker(id),
                new BrokerNode(
                        "http://127.0.0.1:9", Map.of(), null, "test", -1, "disk-" + id, false));
    }

    public void state(String name, TopicId id, PartitionState state) throws Exception {
        put(
                ZkPaths.states(name),
                new StatesNode(
                        id.toString(),
                        List.of(
                                new PartitionNode(
                                        state.leader(),
                                        state.leaderEpoch(),
                                        state.isr(),
                                        state.elr(),
                                        state.partitionEpoch()))));
    }

    public void forgetTopic(String name) throws Exception {
        client.delete().forPath(ZkPaths.topic(name));
        client.delete().forPath(ZkPaths.states(name));
    }

    public void deleteTopic(String name, TopicId id, long graceMs) throws Exception {
        put(ZkPaths.deletion(id), new DeletionNode(name, System.currentTimeMillis(), graceMs));
        forgetTopic(name);
    }

    public void put(String path, Record payload) throws Exception {
        byte[] bytes = ZkPayloads.encode(payload);
        if (client.checkExists().forPath(path) == null) {
            client.create().creatingParentsIfNeeded().forPath(path, bytes);
        } else {
            client.setData().forPath(path, bytes);
        }
    }

    public void awaitLed(String name, int partitions) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            for (int p = 0; p < partitions; p++) {
                                if (get(url() + "/v1/topics/" + name + "/partitions/" + p)
                                                .statusCode()
                                        != 200) {
                                    return false;
                                }
                            }
                            return true;
                        });
    }

    // ---- HTTP

    public HttpResponse<String> get(String url, String... headers) {
        return send(request(url, headers).GET().build(), HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<byte[]> getBytes(String url, String... headers) {
        return send(request(url, headers).GET().build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    public HttpResponse<String> send(String method, String url, byte[] body, String... headers) {
        return send(
                request(url, headers)
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String url, byte[] batches) {
        return send("POST", url, batches, "Content-Type", BatchesHttp.MEDIA_TYPE);
    }

    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public HttpClient http() {
        return http;
    }

    private static HttpRequest.Builder request(String url, String... headers) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            builder.headers(headers);
        }
        return builder;
    }

    // ---- batches

    /** One batch with these values, as a producer sends it. */
    public static byte[] batch(String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1024);
        for (String value : values) {
            builder.append(
                    System.currentTimeMillis(),
                    (byte[]) null,
                    value.getBytes(StandardCharsets.UTF_8),
                    List.of());
        }
        return bytes(builder.build());
    }

    public static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        try {
            if (context != null) {
                context.close();
            }
        } finally {
            client.close();
            zooKeeper.close();
        }
    }
}
