package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.KafkaPeer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests share one producer: their records share batches, and keep their own order. */
class SharedProducerTest {

    private static final String JSON = "application/json";
    private static final String BINARY = "application/vnd.kafka.binary.v2+json";

    private static GatewayFixture gateway;
    private static Http http;

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayFixture.start();
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        gateway.close();
    }

    @Test
    void keysGoWhereKafkasOwnPartitionerSendsThem() throws Exception {
        long seed = Long.getLong("headrace.seed", 20261123);
        System.out.println("headrace.seed=" + seed);
        String golden =
                KafkaPeer.run(
                        Path.of("src/test/resources/kafka/GoldenPartitions.java").toString(),
                        Duration.ofSeconds(60),
                        Long.toString(seed));
        List<String> lines = golden.lines().filter(line -> line.startsWith("key ")).toList();
        assertThat(lines).hasSize(2_000);
        gateway.createTopic("keys", 7, Map.of());
        StringBuilder body = new StringBuilder("{\"records\":[");
        for (String line : lines) {
            body.append(body.length() > 12 ? "," : "");
            body.append("{\"key\":\"").append(line.split(" ", -1)[1]).append("\"}");
        }
        JsonNode offsets =
                JsonMapper.shared()
                        .readTree(
                                http.post(
                                                gateway.url() + "/topics/keys",
                                                BINARY,
                                                body.append("]}").toString())
                                        .body())
                        .path("offsets");
        for (int i = 0; i < lines.size(); i++) {
            assertThat(offsets.path(i).path("partition").asString())
                    .isEqualTo(lines.get(i).split(" ", -1)[3]);
        }
    }

    @Test
    void aThousandConcurrentRequestsKeepTheOrderOfEachKey() throws Exception {
        gateway.createTopic("order", 3, Map.of());
        List<CompletableFuture<Integer>> senders = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int sender = 0; sender < 1_000; sender++) {
                String key = "k" + sender;
                senders.add(CompletableFuture.supplyAsync(() -> sendTwice(key), threads));
            }
            for (CompletableFuture<Integer> sender : senders) {
                assertThat(sender.get(120, TimeUnit.SECONDS)).isEqualTo(200);
            }
        }
        Map<String, List<Integer>> byKey = new HashMap<>();
        for (int partition = 0; partition < 3; partition++) {
            for (JsonNode record : records("order", partition)) {
                byKey.computeIfAbsent(record.path("key").asString(), key -> new ArrayList<>())
                        .add(record.path("value").asInt());
            }
        }
        assertThat(byKey).hasSize(1_000);
        assertThat(byKey.values()).allSatisfy(each -> assertThat(each).isEqualTo(numbers(10)));
    }

    private static int sendTwice(String key) {
        for (int from = 0; from < 10; from += 5) {
            StringBuilder body = new StringBuilder("{\"records\":[");
            for (int i = from; i < from + 5; i++) {
                body.append(i > from ? "," : "");
                body.append("{\"key\":\"").append(key).append("\",\"value\":").append(i);
                body.append('}');
            }
            HttpResponse<String> answer =
                    http.post(gateway.url() + "/topics/order", JSON, body.append("]}").toString());
            if (answer.statusCode() != 200 || answer.body().contains("\"error_code\":5")) {
                return answer.statusCode() + 1_000;
            }
        }
        return 200;
    }

    private static List<Integer> numbers(int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }

    static List<JsonNode> records(String topic, int partition) {
        List<JsonNode> records = new ArrayList<>();
        String path = gateway.url() + "/topics/" + topic + "/partitions/" + partition + "/records";
        while (true) {
            HttpResponse<String> page =
                    http.get(path + "?timeout=0&max_bytes=1000000&offset=" + records.size());
            JsonNode found = JsonMapper.shared().readTree(page.body());
            if (found.isEmpty()) {
                return records;
            }
            found.forEach(records::add);
        }
    }

    @Test
    void requestsThatRaceWithTheCreationOfTheirTopicSucceed() throws Exception {
        List<CompletableFuture<String>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String name = "raced" + i;
            gateway.cluster.createTopic(name, TestCluster.BROKER, 2, Map.of());
            answers.add(
                    CompletableFuture.supplyAsync(
                            () ->
                                    http.post(
                                                    gateway.url() + "/topics/" + name,
                                                    JSON,
                                                    "{\"records\":[{\"value\":1,\"partition\":1}]}")
                                            .body()));
        }
        for (CompletableFuture<String> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS))
                    .contains("{\"partition\":1,\"offset\":0,\"error_code\":null");
        }
    }

    @Test
    void recordsWithoutAKeyReachEveryPartitionAndWeakerAcksAreTakenToo() throws Exception {
        gateway.createTopic("keyless", 3, Map.of());
        String topic = gateway.url() + "/topics/keyless";
        String large = "\"" + "x".repeat(50_000) + "\"\n";
        for (int i = 0; i < 60 && !reachesAll("keyless", 3); i++) {
            http.post(topic, "application/x-ndjson", large.repeat(4));
        }
        assertThat(reachesAll("keyless", 3)).isTrue();
        assertThat(http.post(topic + "?acks=1", "text/plain", "x").statusCode()).isEqualTo(200);
        HttpResponse<String> unacknowledged = http.post(topic + "?acks=0", "text/plain", "x");
        assertThat(unacknowledged.statusCode()).isEqualTo(204);
        assertThat(unacknowledged.body()).isEmpty();
        assertThat(http.get(gateway.url() + "/actuator/prometheus").body())
                .contains("headrace_gateway_producer_batch_size_avg{acks=\"all\"");
    }

    private static boolean reachesAll(String topic, int partitions) {
        for (int p = 0; p < partitions; p++) {
            String ends =
                    http.get(gateway.url() + "/topics/" + topic + "/partitions/" + p + "/offsets")
                            .body();
            if (ends.endsWith("\"end_offset\":0}")) {
                return false;
            }
        }
        return true;
    }
}
