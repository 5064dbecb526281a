package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.HeadraceParts;
import io.headrace.testkit.replica.ReplicasEqual;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Three brokers, two admin-services and ZooKeeper, each a process of its own, and what ZooKeeper
 * and the admin-services say of them.
 */
final class PartsCluster implements AutoCloseable {

    static final int BROKERS = 3;
    static final int ADMINS = 2;

    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final String RATE = "follower.replication.throttled.rate";
    private static final Duration SESSION = Duration.ofMinutes(5);

    /** Groups are made often, and are of one member. */
    private static final String BROKER =
            """
            headrace.broker.groups.initial-rebalance-delay: 100ms
            """;

    private final HeadraceParts parts;
    private final CuratorFramework zooKeeper;
    private final ClusterWatch watch;
    private final Admin admin;
    private final Http http = new Http();

    private PartsCluster(
            HeadraceParts parts, CuratorFramework zooKeeper, ClusterWatch watch, Admin admin) {
        this.parts = parts;
        this.zooKeeper = zooKeeper;
        this.watch = watch;
        this.admin = admin;
    }

    static PartsCluster up(Path root) throws Exception {
        Path config = Files.createDirectories(root.resolve("config"));
        Files.writeString(config.resolve("broker.yml"), BROKER);
        HeadraceParts parts =
                HeadraceParts.up(
                        root,
                        BROKERS,
                        ADMINS,
                        List.of("--config", config.toString()),
                        PlatformProcess.program());
        CuratorFramework zooKeeper = ZkConnection.connect(parts.zooKeeper(), SESSION, WAIT);
        return new PartsCluster(
                parts,
                zooKeeper,
                ClusterWatch.start(zooKeeper, WAIT),
                Admin.create(Map.of("bootstrap.servers", parts.bootstrapServers())));
    }

    HeadraceParts parts() {
        return parts;
    }

    String bootstrapServers() {
        return parts.bootstrapServers();
    }

    Admin admin() {
        return admin;
    }

    /** What ZooKeeper says; the last that it said while it is away. */
    ClusterImage image() {
        return watch.image();
    }

    void await(Predicate<ClusterImage> condition) throws Exception {
        assertThat(awaited(condition)).isNotNull();
    }

    private ClusterImage awaited(Predicate<ClusterImage> condition) throws Exception {
        try {
            return watch.await(condition, WAIT);
        } catch (TimeoutException e) {
            throw new AssertionError("not within " + WAIT + ": " + image(), e);
        }
    }

    /** A topic of three replicas, of which two must be in sync; returns when all are. */
    void createTopic(String name, int partitions) throws Exception {
        create(new NewTopic(name, partitions, (short) 3));
        awaitInSync(name, 3);
    }

    /** A topic whose partition i is on the brokers i, the first of which leads. */
    void createTopic(String name, List<List<Integer>> assignment) throws Exception {
        Map<Integer, List<Integer>> replicas =
                IntStream.range(0, assignment.size())
                        .boxed()
                        .collect(Collectors.toMap(i -> i, assignment::get));
        create(new NewTopic(name, replicas));
        awaitInSync(name, assignment.getFirst().size());
    }

    private void create(NewTopic topic) throws Exception {
        admin.createTopics(List.of(topic.configs(Map.of("min.insync.replicas", "2"))))
                .all()
                .get(60, TimeUnit.SECONDS);
    }

    void deleteTopic(String name) throws Exception {
        admin.deleteTopics(List.of(name)).all().get(60, TimeUnit.SECONDS);
        await(image -> image.topic(name).isEmpty());
    }

    /** Bytes per second of what moves to the broker. */
    void throttle(int broker, String rate) throws Exception {
        alter(broker, new AlterConfigOp(new ConfigEntry(RATE, rate), AlterConfigOp.OpType.SET));
    }

    void unthrottle(int broker) throws Exception {
        alter(broker, new AlterConfigOp(new ConfigEntry(RATE, ""), AlterConfigOp.OpType.DELETE));
    }

    private void alter(int broker, AlterConfigOp change) throws Exception {
        ConfigResource resource =
                new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
        admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                .all()
                .get(60, TimeUnit.SECONDS);
    }

    void awaitInSync(String topic, int replicas) throws Exception {
        await(image -> areInSync(image, topic, replicas));
    }

    private static boolean areInSync(ClusterImage image, String topic, int replicas) {
        return image.topic(topic).isPresent()
                && image.topic(topic).get().states().stream()
                        .allMatch(state -> state.hasLeader() && state.isr().size() == replicas);
    }

    /** All that is replicated is so on all its replicas, on brokers that live. */
    void awaitHealthy() throws Exception {
        await(
                image ->
                        image.topics().values().stream()
                                .allMatch(
                                        topic ->
                                                areInSync(
                                                        image,
                                                        topic.name(),
                                                        topic.assignments().getFirst().size())));
    }

    PartitionState state(String topic, int partition) {
        return image().topic(topic).orElseThrow().states().get(partition);
    }

    List<Integer> leaderEpochs() {
        return image().topics().values().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .flatMap(topic -> topic.states().stream())
                .map(PartitionState::leaderEpoch)
                .toList();
    }

    /** Number of the admin-service that is the controller. */
    int controller() throws Exception {
        String id =
                awaited(
                                image ->
                                        image.controllerId()
                                                .filter(image.admins()::containsKey)
                                                .isPresent())
                        .controllerId()
                        .orElseThrow();
        return IntStream.rangeClosed(1, ADMINS)
                .filter(number -> HeadraceParts.adminId(number).equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Replicas hold the same bytes below the high watermark, and agree on epochs. */
    void checkReplicasEqual(String topic) throws Exception {
        List<List<Integer>> assignments = image().topic(topic).orElseThrow().assignments();
        for (int partition = 0; partition < assignments.size(); partition++) {
            List<Path> folders = new ArrayList<>();
            for (int broker : assignments.get(partition)) {
                folders.add(parts.partition(broker, topic, partition));
            }
            checkEqual(folders, end(topic, partition));
        }
    }

    private static void checkEqual(List<Path> folders, long end) throws IOException {
        assertThat(ReplicasEqual.check(folders, end)).isNotNegative();
    }

    private long end(String topic, int partition) throws Exception {
        TopicPartition asked = new TopicPartition(topic, partition);
        return admin.listOffsets(Map.of(asked, OffsetSpec.latest()))
                .partitionResult(asked)
                .get(60, TimeUnit.SECONDS)
                .offset();
    }

    /** Below the cluster, at a live admin-service. */
    JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = http.get(url(path));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    void post(String path, String json) throws Exception {
        HttpResponse<String> answer = http.post(url(path), "application/json", json);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    void delete(String path) throws Exception {
        HttpResponse<String> answer = http.delete(url(path));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    private String url(String path) throws Exception {
        return parts.adminUrl(controller()) + "/v3/clusters/" + image().clusterId() + path;
    }

    @Override
    public void close() {
        http.close();
        admin.close(Duration.ofSeconds(5));
        watch.close();
        zooKeeper.close();
        parts.close();
    }
}
