package io.headrace.standalone;

import io.headrace.admin.AdminApplication;
import io.headrace.broker.BrokerApplication;
import io.headrace.gateway.GatewayApplication;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.testkit.http.Http;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * ZooKeeper and all services in the JVM of the tests, as standalone has them, on free ports; shared
 * by the tests of this JVM, because starting them takes longer than most tests.
 */
final class LiveCluster {

    static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String LISTENER = "--headrace.broker.kafka.listeners.PLAINTEXT.port=0";
    private static @Nullable LiveCluster shared;

    private final Path directory;
    private final EmbeddedZooKeeper zooKeeper;
    private final ConfigurableApplicationContext admin;
    private final ConfigurableApplicationContext gateway;
    private final Http http = new Http();

    /** An answer of any status. */
    record Answer(int status, JsonNode json) {
        int errorCode() {
            return json.path("error_code").asInt(-1);
        }

        String message() {
            return json.path("message").asString("");
        }
    }

    private LiveCluster() throws Exception {
        directory = Files.createTempDirectory("headrace-live-test");
        zooKeeper = EmbeddedZooKeeper.start(directory.resolve("zk"), 0);
        admin =
                startAdmin(
                        "admin-live",
                        directory.resolve("admin"),
                        "--headrace.admin.history.interval=500ms");
        var _ =
                BrokerApplication.run(
                        args(
                                "broker",
                                LISTENER,
                                "--headrace.broker.data-dir=" + directory.resolve("broker"),
                                "--headrace.broker.disk-reserve=1MB",
                                "--headrace.broker.groups.initial-rebalance-delay=0ms"));
        gateway = GatewayApplication.run(args("gateway"));
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> image().brokers().size() == 1 && image().controllerId().isPresent());
    }

    static synchronized LiveCluster shared() {
        if (shared == null) {
            try {
                shared = new LiveCluster();
            } catch (Exception e) {
                throw new IllegalStateException("the cluster did not start", e);
            }
        }
        return shared;
    }

    /** One more admin-service of the same cluster. */
    ConfigurableApplicationContext startAdmin(String id, Path data, String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--headrace.admin.id=" + id,
                                "--headrace.admin.data-dir=" + data,
                                "--server.forward-headers-strategy=framework"));
        all.addAll(List.of(more));
        return AdminApplication.run(args("admin", all.toArray(String[]::new)));
    }

    private String[] args(String service, String... more) {
        List<String> args =
                new ArrayList<>(
                        List.of(
                                "--" + OneServiceFilter.SERVICE + "=" + service,
                                "--headrace.zookeeper.connect=" + zooKeeper.connectString(),
                                "--server.port=0",
                                "--spring.main.banner-mode=off"));
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    ClusterImage image() {
        return admin.getBean(ClusterWatch.class).image();
    }

    Path directory() {
        return directory;
    }

    String bootstrap() {
        return image().brokers()
                .values()
                .iterator()
                .next()
                .endpoints()
                .getOrDefault("PLAINTEXT", "");
    }

    static String url(ConfigurableApplicationContext context) {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    /** For example {@code cluster("consumer-groups")}. */
    String cluster(String rest) {
        return cluster(admin, rest);
    }

    String cluster(ConfigurableApplicationContext of, String rest) {
        return url(of) + "/v3/clusters/" + image().clusterId() + "/" + rest;
    }

    String throughGateway(String rest) {
        return cluster(gateway, rest);
    }

    ConfigurableApplicationContext admin() {
        return admin;
    }

    ConfigurableApplicationContext gateway() {
        return gateway;
    }

    Answer get(String url) {
        return answer(http.get(url));
    }

    Answer post(String url, String json) {
        return answer(http.post(url, "application/json", json));
    }

    Answer delete(String url) {
        return answer(http.delete(url));
    }

    Answer send(String method, String url) {
        return answer(
                http.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .timeout(LIMIT)
                                .method(method, HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString()));
    }

    private static Answer answer(HttpResponse<String> response) {
        String body = response.body();
        JsonNode json =
                body.startsWith("{")
                        ? JsonMapper.shared().readTree(body)
                        : JsonMapper.shared().getNodeFactory().stringNode(body);
        return new Answer(response.statusCode(), json);
    }

    static String encoded(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("..", "%2E%2E");
    }

    /** Its records never expire: {@link #produce} gives them timestamps of 1970. */
    void createTopic(String topic, int partitions) {
        Answer answer =
                post(
                        cluster("topics"),
                        """
                        {"topic_name":"%s","partitions_count":%d,
                         "configs":[{"name":"retention.ms","value":"-1"}]}"""
                                .formatted(topic, partitions));
        if (answer.status() != 201) {
            throw new AssertionError(answer.toString());
        }
        Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () ->
                                get(cluster("topics/" + topic + "/partitions/0/offset")).status()
                                        == 200);
    }

    /** So many records into each partition, with these timestamps from 1000 on. */
    void produce(String topic, int partitions, int countEach) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap()),
                        new StringSerializer(),
                        new StringSerializer())) {
            for (int i = 0; i < countEach; i++) {
                for (int p = 0; p < partitions; p++) {
                    var _ = producer.send(new ProducerRecord<>(topic, p, 1000L + i, "k", "v" + i));
                }
            }
            producer.flush();
        }
    }

    KafkaConsumer<String, String> consumer(String group, String... more) {
        Map<String, Object> config = new HashMap<>();
        config.put("bootstrap.servers", bootstrap());
        config.put("group.id", group);
        config.put("auto.offset.reset", "earliest");
        config.put("enable.auto.commit", "false");
        config.put("heartbeat.interval.ms", "200");
        for (int i = 0; i < more.length; i += 2) {
            config.put(more[i], more[i + 1]);
        }
        return new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
    }

    /** Commits without joining: the group is there and has no members. */
    void commit(String group, String topic, Map<Integer, Long> offsets) {
        try (KafkaConsumer<String, String> consumer = consumer(group)) {
            Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
            offsets.forEach(
                    (p, offset) ->
                            commits.put(
                                    new TopicPartition(topic, p),
                                    new OffsetAndMetadata(offset, "meta-" + p)));
            consumer.commitSync(commits, LIMIT);
        }
    }
}
