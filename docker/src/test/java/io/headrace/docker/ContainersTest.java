package io.headrace.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headrace.docker.SteadyWriters.Acknowledged;
import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.DockerClientFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The cluster of {@code compose.yml} in containers, used from the host as its users do, while a
 * broker is killed and another is cut off. Whoever starts it names its project with {@code
 * -Dheadrace.containers=}; see {@code ./headrace test --containers}.
 */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class ContainersTest {

    private static final String BOOTSTRAP = "localhost:19092,localhost:29092,localhost:39092";
    private static final String TEXT = "application/vnd.kafka.text.v2+json";
    private static final String JSON = "application/json";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PARTITIONS = 6;

    private static Containers containers;
    private static Http http;
    private static Admin admin;
    private static String gateway;
    private static String topics;

    @BeforeAll
    static void theClusterIsReady() {
        String project = System.getProperty("headrace.containers");
        assumeTrue(project != null, "no -Dheadrace.containers=PROJECT, so no cluster to look at");
        assumeTrue(
                DockerClientFactory.instance().isDockerAvailable(), "no container engine answers");
        containers = new Containers(DockerClientFactory.instance().client(), project);
        gateway = "http://localhost:" + Integer.getInteger("headrace.containers.port", 8080);
        http = new Http();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> !JsonMapper.shared().readTree(clusters()).path("data").isEmpty());
        String cluster =
                JsonMapper.shared().readTree(clusters()).at("/data/0/cluster_id").asString();
        topics = gateway + "/v3/clusters/" + cluster + "/topics";
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, BOOTSTRAP));
        await().atMost(PATIENCE)
                .until(() -> admin.describeCluster().nodes().get().size(), count -> count == 3);
    }

    @AfterAll
    static void closes() {
        if (admin != null) {
            admin.close();
        }
        if (http != null) {
            http.close();
        }
    }

    private static String clusters() {
        HttpResponse<String> answer = http.get(gateway + "/v3/clusters");
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    /** Three replicas of which two must have a record; its name is new each time. */
    private static String topic(String purpose) {
        String name = purpose + "-" + System.currentTimeMillis();
        HttpResponse<String> answer =
                http.post(
                        topics,
                        JSON,
                        """
                        {"topic_name":"%s","partitions_count":%d,"replication_factor":3,
                         "configs":[{"name":"min.insync.replicas","value":"2"}]}"""
                                .formatted(name, PARTITIONS));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        awaitReplicasInSync(name, 3);
        return name;
    }

    private static List<TopicPartitionInfo> partitions(String topic) throws Exception {
        return admin.describeTopics(Set.of(topic)).topicNameValues().get(topic).get().partitions();
    }

    private static void awaitReplicasInSync(String topic, int count) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(
                        () ->
                                assertThat(partitions(topic))
                                        .hasSize(PARTITIONS)
                                        .allMatch(each -> each.isr().size() == count)
                                        .allMatch(each -> each.leader() != null));
    }

    // ---------------------------------------------------------------- both doors

    @Test
    void theHostProducesAndConsumesOverHttpThroughTheOnePortOfTheGateways() {
        String topic = topic("http");
        HttpResponse<String> produced =
                http.post(
                        gateway + "/topics/" + topic,
                        TEXT,
                        "{\"records\":[{\"key\":\"a\",\"value\":\"1\"},{\"key\":\"b\",\"value\":\"2\"}]}");
        assertThat(produced.statusCode()).as(produced.body()).isEqualTo(200);

        String group = gateway + "/consumers/readers-of-" + topic;
        HttpResponse<String> made =
                http.post(
                        group,
                        JSON,
                        "{\"name\":\"one\",\"format\":\"text\",\"auto.offset.reset\":\"earliest\"}");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        String member = JsonMapper.shared().readTree(made.body()).path("base_uri").asString();
        assertThat(member).isEqualTo(group + "/instances/one");
        assertThat(
                        http.post(
                                        member + "/subscription",
                                        JSON,
                                        "{\"topics\":[\"" + topic + "\"]}")
                                .statusCode())
                .isEqualTo(204);
        Set<String> values = new HashSet<>();
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            HttpResponse<String> answer =
                                    http.get(member + "/records?timeout=3000", "Accept", TEXT);
                            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                            for (JsonNode each : JsonMapper.shared().readTree(answer.body())) {
                                values.add(each.path("value").asString());
                            }
                            return values;
                        },
                        found -> found.equals(Set.of("1", "2")));
        assertThat(http.delete(member).statusCode()).isEqualTo(204);
    }

    @Test
    void kafkaClientsOnTheHostReachEachBrokerAtTheAddressItTellsThem() throws Exception {
        String topic = topic("kafka");
        assertThat(admin.describeCluster().nodes().get())
                .extracting(node -> node.host() + ":" + node.port())
                .containsExactlyInAnyOrder(BOOTSTRAP.split(",", -1));
        // zstd needs its native library unpacked and loaded, here and by the brokers.
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:19092",
                                ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd"),
                        new StringSerializer(),
                        new StringSerializer())) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                producer.send(new ProducerRecord<>(topic, partition, null, "to " + partition))
                        .get();
            }
        }
        Set<String> values = new HashSet<>();
        try (KafkaConsumer<String, String> consumer = consumer("group-of-" + topic)) {
            consumer.subscribe(List.of(topic));
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                consumer.poll(Duration.ofSeconds(1))
                                        .forEach(each -> values.add(each.value()));
                                return values.size();
                            },
                            count -> count == PARTITIONS);
            consumer.commitSync();
        }
    }

    // ---------------------------------------------------------------- under faults

    @Test
    void nothingAcknowledgedIsLostWhenABrokerIsKilledAndAnotherIsCutOff() throws Exception {
        String kafkaTopic = topic("kept-by-kafka");
        String httpTopic = topic("kept-by-http");
        SteadyWriters writers =
                new SteadyWriters(BOOTSTRAP, gateway, kafkaTopic, httpTopic, PARTITIONS);
        try (writers) {
            awaitWritesGoOn(writers);
            int killed = partitions(kafkaTopic).getFirst().leader().id();
            containers.kill("broker-" + killed);
            assertThat(containers.isRunning("broker-" + killed)).isFalse();
            awaitOutOfSync(killed, kafkaTopic, httpTopic);
            awaitWritesGoOn(writers);
            containers.start("broker-" + killed);
            awaitReplicasInSync(kafkaTopic, 3);
            awaitReplicasInSync(httpTopic, 3);

            int cutOff =
                    partitions(kafkaTopic).stream()
                            .map(each -> each.leader().id())
                            .filter(leader -> leader != killed)
                            .findFirst()
                            .orElseThrow();
            containers.cutOff("broker-" + cutOff);
            awaitOutOfSync(cutOff, kafkaTopic, httpTopic);
            awaitWritesGoOn(writers);
            containers.connect("broker-" + cutOff);
            awaitReplicasInSync(kafkaTopic, 3);
            awaitReplicasInSync(httpTopic, 3);
            awaitWritesGoOn(writers);

            // It was cut off, not started again.
            assertThat(containers.restarts("broker-" + cutOff)).isZero();
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    containers.isHealthy("broker-" + killed)
                                            && containers.isHealthy("broker-" + cutOff));
        }
        Map<Integer, NavigableMap<Long, String>> ofKafka = readAll(kafkaTopic);
        Map<Integer, NavigableMap<Long, String>> ofHttp = readAll(httpTopic);
        System.out.printf(
                "acknowledged: %d over Kafka, %d over HTTP; without a good answer: %d; read: %d and %d%n",
                size(writers.byKafka().offsets()),
                size(writers.byHttp().offsets()),
                writers.failures(),
                size(ofKafka),
                size(ofHttp));
        judge(writers.byKafka(), ofKafka);
        judge(writers.byHttp(), ofHttp);
        ofKafka.values().forEach(ContainersTest::assertNumbersGoUp);
        writers.byHttp().offsets().values().forEach(ContainersTest::assertNumbersGoUp);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assertThat(readOverHttp(httpTopic, partition)).isEqualTo(ofHttp.get(partition));
        }
    }

    @Test
    void eachGatewayCarriesOnAloneAndIsFoundAgainWhenItIsBack() {
        String topic = topic("through-one-gateway");
        Map<Long, String> acknowledged = new TreeMap<>();
        for (String gone : List.of("gateway-1", "gateway-2")) {
            containers.kill(gone);
            // What was under way in it may be answered 502; then the balancer knows.
            await().atMost(PATIENCE)
                    .until(
                            () ->
                                    IntStream.range(0, 20)
                                            .allMatch(each -> isStored(topic, acknowledged)));
            containers.start(gone);
            await().atMost(PATIENCE).until(() -> containers.isHealthy(gone));
        }
        assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(40);
        assertThat(readAll(topic).get(0)).containsAllEntriesOf(acknowledged);
    }

    private static boolean isStored(String topic, Map<Long, String> acknowledged) {
        String value = "value " + System.nanoTime();
        HttpResponse<String> answer =
                http.post(
                        gateway + "/topics/" + topic + "/partitions/0",
                        TEXT,
                        "{\"records\":[{\"value\":\"" + value + "\"}]}");
        if (answer.statusCode() != 200) {
            return false;
        }
        JsonNode offset = JsonMapper.shared().readTree(answer.body()).at("/offsets/0/offset");
        if (offset.isNumber()) {
            acknowledged.put(offset.asLong(), value);
        }
        return offset.isNumber();
    }

    /** Records that were sent after this call began are acknowledged in every partition. */
    private static void awaitWritesGoOn(SteadyWriters writers) {
        awaitMoreThan(SteadyWriters.IN_FLIGHT_MAX, writers.byKafka());
        awaitMoreThan(1, writers.byHttp());
    }

    /** As many may have been under way already, so those are not enough. */
    private static void awaitMoreThan(int underWay, Acknowledged writer) {
        int[] before = IntStream.range(0, PARTITIONS).map(writer::count).toArray();
        await(writer.topic())
                .atMost(PATIENCE)
                .until(
                        () ->
                                IntStream.range(0, PARTITIONS)
                                        .allMatch(p -> writer.count(p) > before[p] + underWay));
    }

    private static void awaitOutOfSync(int broker, String... ofTopics) {
        for (String topic : ofTopics) {
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .untilAsserted(
                            () ->
                                    assertThat(partitions(topic))
                                            .allMatch(each -> !ids(each).contains(broker))
                                            .allMatch(
                                                    each ->
                                                            Optional.ofNullable(each.leader())
                                                                    .isPresent()));
        }
    }

    private static List<Integer> ids(TopicPartitionInfo partition) {
        return partition.isr().stream().map(Node::id).toList();
    }

    /** Every acknowledged record is where its client was told, and no record is there twice. */
    private static void judge(
            Acknowledged acknowledged, Map<Integer, NavigableMap<Long, String>> read) {
        acknowledged
                .offsets()
                .forEach(
                        (partition, records) ->
                                assertThat(read.get(partition))
                                        .as(acknowledged.topic() + ", partition " + partition)
                                        .containsAllEntriesOf(records));
        read.forEach(
                (partition, records) ->
                        assertThat(records.values())
                                .as(acknowledged.topic() + ", partition " + partition)
                                .doesNotHaveDuplicates());
    }

    private static void assertNumbersGoUp(NavigableMap<Long, String> records) {
        assertThat(
                        records.values().stream()
                                .map(each -> Long.valueOf(each.substring(each.indexOf('-') + 1))))
                .isSortedAccordingTo(Comparator.naturalOrder());
    }

    private static int size(Map<Integer, NavigableMap<Long, String>> records) {
        return records.values().stream().mapToInt(Map::size).sum();
    }

    private static KafkaConsumer<String, String> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        BOOTSTRAP,
                        ConsumerConfig.GROUP_ID_CONFIG,
                        group,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static Map<Integer, NavigableMap<Long, String>> readAll(String topic) {
        Map<Integer, NavigableMap<Long, String>> read = new HashMap<>();
        List<TopicPartition> all =
                IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList();
        try (KafkaConsumer<String, String> consumer = consumer("judge-of-" + topic)) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            await().atMost(PATIENCE)
                    .until(
                            () -> {
                                for (ConsumerRecord<String, String> each :
                                        consumer.poll(Duration.ofSeconds(1))) {
                                    read.computeIfAbsent(each.partition(), _ -> new TreeMap<>())
                                            .put(each.offset(), each.value());
                                }
                                return all.stream()
                                        .allMatch(p -> consumer.position(p) >= ends.get(p));
                            });
        }
        return read;
    }

    private static NavigableMap<Long, String> readOverHttp(String topic, int partition) {
        NavigableMap<Long, String> read = new TreeMap<>();
        List<JsonNode> page = new ArrayList<>();
        String next = "0";
        do {
            page.clear();
            HttpResponse<String> answer =
                    http.get(
                            "%s/topics/%s/partitions/%d/records?offset=%s"
                                    .formatted(gateway, topic, partition, next),
                            "Accept",
                            TEXT);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonMapper.shared().readTree(answer.body()).forEach(page::add);
            page.forEach(
                    each -> read.put(each.path("offset").asLong(), each.path("value").asString()));
            next = answer.headers().firstValue("Headrace-Next-Offset").orElseThrow();
        } while (!page.isEmpty());
        return read;
    }
}
