package io.headrace.gateway;

import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.curator.framework.CuratorFramework;
import org.awaitility.Awaitility;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A real gateway on a free port, a real ZooKeeper, and a fake broker with the id 1. */
public final class GatewayFixture implements AutoCloseable {

    private final Path directory;
    private final EmbeddedZooKeeper zooKeeper;
    private final CuratorFramework curator;
    private final ConfigurableApplicationContext context;
    final FakeBroker broker = new FakeBroker();

    private GatewayFixture(String... extra) throws Exception {
        directory = Files.createTempDirectory("headrace-gateway-test");
        zooKeeper = EmbeddedZooKeeper.start(directory, 0);
        Duration wait = Duration.ofSeconds(20);
        curator = ZkConnection.connect(zooKeeper.connectString(), wait, wait);
        put(ZkPaths.CLUSTER, new ZkPayloads.ClusterNode("test-cluster", 1));
        put(
                ZkPaths.broker(1),
                new ZkPayloads.BrokerNode(broker.url(), Map.of(), null, "test", false));
        List<String> args = new ArrayList<>(List.of(extra));
        args.add("--server.port=0");
        args.add("--server.address=127.0.0.1");
        args.add("--headrace.zookeeper.connect=" + zooKeeper.connectString());
        context = GatewayApplication.run(args.toArray(String[]::new));
    }

    static GatewayFixture start(String... extra) throws Exception {
        return new GatewayFixture(extra);
    }

    int port() {
        return Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                .getPort();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    String zooKeeperAddress() {
        return zooKeeper.connectString();
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    void createTopic(String name, int partitions, Map<String, String> config) throws Exception {
        TopicId id = TopicId.random();
        List<List<Integer>> assignments = new ArrayList<>();
        List<ZkPayloads.PartitionNode> states = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            assignments.add(List.of(1));
            states.add(new ZkPayloads.PartitionNode(1, 0, List.of(1), 0));
        }
        put(ZkPaths.states(name), new ZkPayloads.StatesNode(id.toString(), states));
        put(ZkPaths.topic(name), new ZkPayloads.TopicNode(id.toString(), assignments, config));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sees(name));
    }

    /** Whether the gateway's view of the cluster has the topic. */
    private boolean sees(String name) throws Exception {
        HttpRequest list = HttpRequest.newBuilder(URI.create(url() + "/topics")).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(list, HttpResponse.BodyHandlers.ofString())
                    .body()
                    .contains("\"" + name + "\"");
        }
    }

    void put(String path, Record payload) throws Exception {
        curator.create()
                .orSetData()
                .creatingParentsIfNeeded()
                .forPath(path, ZkPayloads.encode(payload));
    }

    void remove(String path) throws Exception {
        curator.delete().forPath(path);
    }

    @Override
    public void close() throws IOException {
        context.close();
        broker.close();
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
