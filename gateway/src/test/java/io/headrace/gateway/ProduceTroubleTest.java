package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The broker goes away, comes back, comes back elsewhere; the gateway's memory is full. */
class ProduceTroubleTest {

    private static final String JSON = "application/json";
    private static final String ONE = "{\"records\":[{\"value\":1}]}";
    private static final int SENDERS = 8;

    private static TestCluster cluster;
    private static GatewayFixture patient;
    private static GatewayFixture hasty;
    private static Http http;

    /** One that waits as by default, and one that gives up soon and has little memory. */
    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start();
        patient = GatewayFixture.beside(cluster);
        hasty =
                GatewayFixture.beside(
                        cluster,
                        "--headrace.gateway.brokers.append-timeout=2s",
                        "--headrace.gateway.http.body-bytes-max=100KB",
                        "--headrace.gateway.http.in-flight-bytes-max=800KB");
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        hasty.close();
        patient.close();
        cluster.close();
    }

    private static String topic(GatewayFixture gateway, String name) throws Exception {
        gateway.createTopic(name, 1, Map.of());
        String url = gateway.url() + "/topics/" + name;
        assertThat(http.post(url, JSON, ONE).body()).contains("\"offset\":0");
        return url;
    }

    private static Duration time(Runnable what) {
        long startNanos = System.nanoTime();
        what.run();
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    @Test
    void withTheBrokerGoneEachRecordHasItsCodeInTime() throws Exception {
        String topic = topic(hasty, "gone");
        cluster.stopBroker();
        try {
            Duration took =
                    time(
                            () -> {
                                HttpResponse<String> answer = http.post(topic, JSON, ONE);
                                assertThat(answer.statusCode()).isEqualTo(200);
                                assertThat(answer.body()).contains("\"error_code\":50003");
                            });
            assertThat(took).isLessThan(Duration.ofSeconds(10));
        } finally {
            cluster.startBroker();
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> http.post(topic, JSON, ONE).body().contains("\"error_code\":null"));
    }

    /** The broker refuses for want of replicas, so the producer keeps what it was given. */
    @Test
    void whenTheMemoryIsFullRequestsAreRefusedAtOnceAndNothingIsBlocked() throws Exception {
        cluster.createTopicWithoutFollower("starved", Map.of("min.insync.replicas", "2"));
        hasty.awaitTopic("starved");
        String topic = hasty.url() + "/topics/starved";
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            answers.add(
                    CompletableFuture.supplyAsync(
                            () -> http.post(topic, "text/plain", "x".repeat(90_000))));
        }
        Duration beside =
                time(
                        () ->
                                assertThat(http.get(hasty.url() + "/topics").statusCode())
                                        .isEqualTo(200));
        assertThat(beside).isLessThan(Duration.ofSeconds(2));
        List<Integer> statuses = new ArrayList<>();
        for (CompletableFuture<HttpResponse<String>> each : answers) {
            HttpResponse<String> answer = each.get(20, TimeUnit.SECONDS);
            statuses.add(answer.statusCode());
            if (answer.statusCode() == 429) {
                assertThat(answer.body()).contains("\"error_code\":42901", "unacknowledged");
                assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
            }
        }
        assertThat(statuses).contains(429, 503).containsOnly(429, 503);
    }

    @Test
    void acrossARestartOfTheBrokerEveryRecordIsStoredOnceAndInOrder() throws Exception {
        String topic = topic(patient, "restart");
        AtomicInteger wanted = new AtomicInteger(200);
        AtomicInteger sent = new AtomicInteger();
        List<CompletableFuture<Integer>> senders = new ArrayList<>();
        for (int sender = 0; sender < SENDERS; sender++) {
            String key = "s" + sender;
            senders.add(CompletableFuture.supplyAsync(() -> send(topic, key, wanted, sent)));
        }
        Awaitility.await().until(() -> sent.get() > 100);
        cluster.stopBroker();
        cluster.startBroker();
        wanted.set(sent.get() / SENDERS + 200);
        int total = 0;
        for (CompletableFuture<Integer> sender : senders) {
            total += sender.get(60, TimeUnit.SECONDS);
        }
        List<List<Integer>> found = new ArrayList<>();
        for (int sender = 0; sender < SENDERS; sender++) {
            found.add(new ArrayList<>());
        }
        JsonNode records = records(topic);
        assertThat(records.size()).isEqualTo(total + 1);
        for (JsonNode record : records) {
            String key = record.path("key").asString();
            if (key.startsWith("s")) {
                List<Integer> own = found.get(Integer.parseInt(key.substring(1)));
                assertThat(record.path("value").asInt()).isEqualTo(own.size());
                own.add(record.path("value").asInt());
            }
        }
    }

    /** Sends one record after the other, and the broker's absence must not be noticed. */
    private static int send(String topic, String key, AtomicInteger wanted, AtomicInteger sent) {
        int next = 0;
        for (; next < wanted.get(); next++) {
            String body = "{\"records\":[{\"key\":\"" + key + "\",\"value\":" + next + "}]}";
            assertThat(http.post(topic, JSON, body).body()).contains("\"error_code\":null");
            sent.incrementAndGet();
        }
        return next;
    }

    private static JsonNode records(String topic) {
        return JsonMapper.shared()
                .readTree(http.get(topic + "/partitions/0/records?max_bytes=4000000").body());
    }

    @Test
    void aBrokerThatReturnsOnAnotherPortIsFoundAgain() throws Exception {
        String topic = topic(patient, "moved");
        cluster.stopBroker();
        cluster.moveBroker();
        cluster.startBroker();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> http.post(topic, JSON, ONE).body().contains("\"error_code\":null"));
        assertThat(records(topic).size()).isGreaterThanOrEqualTo(2);
    }

    @Test
    void aClusterWithoutABrokerSaysSoAndIsUsableWhenOneComes() throws Exception {
        try (TestCluster empty = TestCluster.withoutBroker();
                GatewayFixture gateway =
                        GatewayFixture.beside(
                                empty, "--headrace.gateway.produce.leader-wait=300ms")) {
            empty.createTopic("t", TestCluster.BROKER, 1, Map.of());
            gateway.awaitTopic("t");
            String topic = gateway.url() + "/topics/t";
            assertThat(http.post(topic, JSON, ONE).body())
                    .contains("\"error_code\":50003", "LEADER_NOT_AVAILABLE");
            assertThat(http.post(topic, "text/plain", "x").statusCode()).isEqualTo(503);
            empty.startBroker();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> http.post(topic, JSON, ONE).body().contains("\"offset\":0"));
        }
    }
}
