package io.headrace.standalone;

import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A cluster as {@code ./headrace up --brokers} starts it: ZooKeeper, admin and gateway in one
 * process, each broker in its own, ids from 1.
 */
final class ClusterProcesses implements AutoCloseable {

    private static final Duration SETTLE_WAIT = Duration.ofMinutes(2);

    private final Path root;
    private final ChildJvm control;
    private final int gatewayPort;
    private final String zooKeeper;
    private final Map<Integer, List<Integer>> ports = new TreeMap<>();
    private final Map<Integer, ChildJvm> brokers = new TreeMap<>();
    private final Http http = new Http();

    private ClusterProcesses(Path root) {
        this.root = root;
        List<Integer> controlPorts = FreePorts.some(2);
        this.gatewayPort = controlPorts.getFirst();
        this.control =
                start(
                        "--parts",
                        "control",
                        "--data",
                        root.toString(),
                        "--port",
                        controlPorts.get(0).toString(),
                        "--admin-port",
                        controlPorts.get(1).toString());
        boolean isReady = false;
        try {
            awaitReady(control);
            this.zooKeeper = zooKeeperOf(root);
            isReady = true;
        } finally {
            if (!isReady) {
                control.close();
            }
        }
    }

    static ClusterProcesses up(Path root, int brokers) {
        ClusterProcesses cluster = new ClusterProcesses(root);
        boolean isReady = false;
        try {
            for (int id = 1; id <= brokers; id++) {
                cluster.launch(id);
            }
            cluster.brokers.values().forEach(ClusterProcesses::awaitReady);
            isReady = true;
            return cluster;
        } finally {
            if (!isReady) {
                cluster.close();
            }
        }
    }

    private static String zooKeeperOf(Path root) {
        try (Stream<String> lines = Files.lines(root.resolve("headrace.run"))) {
            return lines.filter(line -> line.startsWith("zookeeper="))
                    .map(line -> line.substring("zookeeper=".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChildJvm start(String... args) {
        return ChildJvm.of("io.headrace.standalone.Standalone")
                .jvmArgs(PlatformProcess.JVM)
                .args(args)
                .start();
    }

    private static void awaitReady(ChildJvm process) {
        process.awaitLine(
                line -> line.startsWith("Headrace is ready"), PlatformProcess.START_WAIT);
    }

    /** Starts a broker, for the first time or again, and does not wait. */
    void launch(int id) {
        List<Integer> own = ports.computeIfAbsent(id, unknown -> FreePorts.some(2));
        brokers.put(
                id,
                start(
                        "--parts",
                        "broker",
                        "--broker-id",
                        Integer.toString(id),
                        "--zookeeper",
                        zooKeeper,
                        "--data",
                        home(id).toString(),
                        "--broker-port",
                        own.get(0).toString(),
                        "--kafka-port",
                        own.get(1).toString()));
    }

    /** Starts a broker and waits until it is ready. */
    void start(int id) {
        launch(id);
        awaitReady(brokers.get(id));
    }

    void kill9(int id) {
        brokers.remove(id).kill9();
    }

    /** SIGTERM; waits for its end. */
    int stop(int id) {
        return brokers.remove(id).terminate(PlatformProcess.STOP_WAIT);
    }

    Collection<Integer> running() {
        return List.copyOf(brokers.keySet());
    }

    private Path home(int id) {
        return root.resolve("brokers").resolve(Integer.toString(id));
    }

    /** Where a broker keeps a partition. */
    Path partition(int id, String topic, int partition) {
        return home(id).resolve("broker").resolve(topic + "-" + partition);
    }

    String gateway() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    String broker(int id) {
        return "http://127.0.0.1:" + ports.get(id).getFirst();
    }

    String bootstrapServers() {
        return ports.values().stream()
                .map(each -> "127.0.0.1:" + each.get(1))
                .collect(Collectors.joining(","));
    }

    Http http() {
        return http;
    }

    JsonNode json(String path) {
        HttpResponse<String> answer = http.get(gateway() + path);
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + " answered " + answer.statusCode() + answer.body());
        }
        return JsonMapper.shared().readTree(answer.body());
    }

    String clusterPath() {
        return "/v3/clusters/" + json("/v3/clusters").at("/data/0/cluster_id").asString();
    }

    void createTopic(String topic, int partitions, int replicationFactor, int minInsync) {
        HttpResponse<String> answer =
                http.post(
                        gateway() + clusterPath() + "/topics",
                        "application/json",
                        """
                        {"topic_name":"%s","partitions_count":%d,"replication_factor":%d,
                         "configs":[{"name":"min.insync.replicas","value":"%d"}]}"""
                                .formatted(topic, partitions, replicationFactor, minInsync));
        if (answer.statusCode() != 201) {
            throw new AssertionError("create answered " + answer.statusCode() + answer.body());
        }
    }

    /** Ids of the replicas in sync. */
    List<Integer> inSync(String topic, int partition) {
        List<Integer> inSync = new ArrayList<>();
        for (JsonNode replica : replicas(topic, partition)) {
            if (replica.path("is_in_sync").asBoolean()) {
                inSync.add(replica.path("broker_id").asInt());
            }
        }
        return inSync;
    }

    /** Id of the leader, -1 while there is none. */
    int leader(String topic, int partition) {
        for (JsonNode replica : replicas(topic, partition)) {
            if (replica.path("is_leader").asBoolean()) {
                return replica.path("broker_id").asInt();
            }
        }
        return -1;
    }

    private JsonNode replicas(String topic, int partition) {
        return json(clusterPath() + "/topics/" + topic + "/partitions/" + partition + "/replicas")
                .path("data");
    }

    void awaitInSync(String topic, int partition, int count) {
        Awaitility.await()
                .atMost(SETTLE_WAIT)
                .until(() -> inSync(topic, partition).size() == count);
    }

    @Override
    public void close() {
        http.close();
        brokers.values().forEach(ChildJvm::close);
        control.close();
    }
}
