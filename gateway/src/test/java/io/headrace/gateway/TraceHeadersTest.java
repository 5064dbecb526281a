package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The trace of a produce request reaches whoever reads its records. */
class TraceHeadersTest {

    private static final String V2 = "application/vnd.kafka.v2+json";
    private static final String TEXT = "application/vnd.kafka.text.v2+json";
    private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String STATE = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
    private static final String OWN = "00-11111111111111111111111111111111-2222222222222222-00";
    private static final List<String> BOTH =
            List.of("traceparent=" + PARENT, "tracestate=" + STATE);

    private static TestCluster cluster;
    private static GatewayFixture gateway;
    private static Http http;

    @BeforeAll
    static void start() throws Exception {
        cluster = TestCluster.start("--headrace.broker.groups.initial-rebalance-delay=0s");
        cluster.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        gateway = GatewayFixture.beside(cluster);
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        gateway.close();
        cluster.close();
    }

    @Test
    void each_record_of_a_request_says_what_the_request_said_whatever_its_body() throws Exception {
        String topic = topic("each");
        String one = topic + "/partitions/0";
        List<List<String>> bodies =
                List.of(
                        List.of(topic, "application/json", "{\"records\":[{\"value\":1}]}"),
                        List.of(
                                one,
                                "application/vnd.kafka.binary.v2+json",
                                "{\"records\":[{\"value\":\"AAEC\"},{\"key\":\"a2V5\"}]}"),
                        List.of(topic, TEXT, "{\"records\":[{\"value\":\"a\",\"headers\":[]}]}"),
                        List.of(topic, "application/x-ndjson", "1\n2\n3\n"),
                        List.of(
                                one + "?keyed=true",
                                "application/x-ndjson",
                                "{\"key\":1,\"value\":2}\n{\"key\":3,\"value\":4}\n"),
                        List.of(topic + "?key=k", "application/octet-stream", "all of it"),
                        List.of(topic + "?lines=true&acks=1", "text/plain", "one\ntwo\n"));
        for (List<String> body : bodies) {
            produce(
                    body.get(0),
                    body.get(1),
                    body.get(2),
                    "traceparent",
                    PARENT,
                    "tracestate",
                    STATE);
        }
        assertThat(consumed("each", 12)).hasSize(12).allMatch(BOTH::equals);
        assertThat(read(topic)).hasSize(12).allMatch(BOTH::equals);
    }

    @Test
    void every_format_shows_it_byte_for_byte() throws Exception {
        String topic = topic("shown");
        String body = "{\"records\":[{\"value\":\"v\"}]}";
        produce(topic, TEXT, body, "Traceparent", PARENT, "Tracestate", STATE);
        for (String type : List.of("json", "binary", "text")) {
            HttpResponse<String> page =
                    http.get(
                            topic + "/partitions/0/records",
                            "Accept",
                            "application/vnd.kafka." + type + ".v2+json");
            assertThat(headers(json(page.body()).get(0))).isEqualTo(BOTH);
        }
        String ndjson =
                http.get(topic + "/partitions/0/records", "Accept", "application/x-ndjson").body();
        assertThat(headers(json(ndjson))).isEqualTo(BOTH);
        assertThat(headers(json(firstEvent(topic)))).isEqualTo(BOTH);
        assertThat(headers(throughAnInstance("shown"))).isEqualTo(BOTH);
    }

    @Test
    void a_record_that_says_it_itself_is_left_as_it_is() throws Exception {
        String topic = topic("own");
        String own = Base64.getEncoder().encodeToString(OWN.getBytes(StandardCharsets.US_ASCII));
        produce(
                topic,
                TEXT,
                "{\"records\":[{\"value\":\"a\",\"headers\":[{\"key\":\"traceparent\",\"value\":\""
                        + own
                        + "\"}]},{\"value\":\"b\",\"headers\":[{\"key\":\"h\",\"value\":\"aGk=\"}]}]}",
                "traceparent",
                PARENT,
                "tracestate",
                STATE);
        produce(
                topic,
                "text/plain",
                "c",
                "traceparent",
                PARENT,
                "Headrace-Header-traceparent",
                OWN);
        assertThat(consumed("own", 3))
                .containsExactly(
                        List.of("traceparent=" + OWN),
                        List.of("h=hi", BOTH.get(0), BOTH.get(1)),
                        List.of("traceparent=" + OWN));
    }

    @Test
    void what_the_standard_does_not_allow_is_ignored() throws Exception {
        List<String> wrong =
                List.of(
                        "",
                        PARENT.substring(0, 52),
                        PARENT.toUpperCase(Locale.ROOT),
                        PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
                        PARENT.replace("b7ad6b7169203331", "0".repeat(16)),
                        PARENT + "-x",
                        "ff" + PARENT.substring(2));
        String topic = topic("ignored");
        for (String traceparent : wrong) {
            produce(topic, "text/plain", "v", "traceparent", traceparent, "tracestate", STATE);
        }
        assertThat(consumed("ignored", wrong.size())).hasSize(wrong.size()).allMatch(List::isEmpty);
    }

    @Test
    void two_parents_are_none_and_states_in_several_lines_are_one() throws Exception {
        String topic = topic("several");
        produce(topic, "text/plain", "v", "traceparent", PARENT, "traceparent", OWN);
        produce(topic, "text/plain", "v", "tracestate", STATE);
        produce(
                topic,
                "text/plain",
                "v",
                "traceparent",
                PARENT,
                "tracestate",
                "a=1",
                "tracestate",
                "b=2");
        assertThat(consumed("several", 3))
                .containsExactly(
                        List.of(),
                        List.of(),
                        List.of("traceparent=" + PARENT, "tracestate=a=1,b=2"));
    }

    @Test
    void it_can_be_switched_off() throws Exception {
        topic("off");
        try (GatewayFixture silent =
                GatewayFixture.beside(cluster, "--headrace.gateway.trace-headers=false")) {
            silent.awaitTopic("off");
            produce(silent.url() + "/topics/off", "text/plain", "v", "traceparent", PARENT);
        }
        assertThat(consumed("off", 1)).containsExactly(List.of());
    }

    private static String topic(String name) throws Exception {
        gateway.createTopic(name, 1, Map.of());
        return gateway.url() + "/topics/" + name;
    }

    private static void produce(String url, String type, String body, String... headers) {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", type)
                        .headers(headers)
                        .POST(BodyPublishers.ofString(body))
                        .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).doesNotContain("\"offset\":-1", "\"error\":\"");
    }

    /** The headers of each record, as the stock client sees them. */
    private static List<List<String>> consumed(String topic, int count) {
        List<List<String>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", cluster.bootstrap()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                for (ConsumerRecord<byte[], byte[]> record :
                                        consumer.poll(Duration.ofMillis(100))) {
                                    records.add(headers(record));
                                }
                                return records.size() >= count;
                            });
        }
        return records;
    }

    private static List<String> headers(ConsumerRecord<byte[], byte[]> record) {
        List<String> headers = new ArrayList<>();
        for (Header header : record.headers()) {
            headers.add(header.key() + "=" + new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
    }

    private static List<List<String>> read(String topic) {
        List<List<String>> records = new ArrayList<>();
        json(http.get(topic + "/partitions/0/records").body())
                .forEach(record -> records.add(headers(record)));
        return records;
    }

    private static List<String> headers(JsonNode record) {
        List<String> headers = new ArrayList<>();
        for (JsonNode header : record.path("headers")) {
            byte[] value = Base64.getDecoder().decode(header.path("value").asString());
            headers.add(
                    header.path("key").asString()
                            + "="
                            + new String(value, StandardCharsets.UTF_8));
        }
        return headers;
    }

    private static String firstEvent(String topic) throws Exception {
        try (BufferedReader events =
                new BufferedReader(
                        new InputStreamReader(
                                http.open(
                                                topic + "/partitions/0/records?count=1",
                                                "Accept",
                                                "text/event-stream")
                                        .body(),
                                StandardCharsets.UTF_8))) {
            return events.lines()
                    .filter(line -> line.startsWith("data: "))
                    .findFirst()
                    .orElseThrow()
                    .substring(6);
        }
    }

    private static JsonNode throughAnInstance(String topic) {
        String consumers = gateway.url() + "/consumers/traced";
        String settings =
                "{\"name\":\"one\",\"format\":\"text\",\"auto.offset.reset\":\"earliest\"}";
        assertThat(http.post(consumers, V2, settings).statusCode()).isEqualTo(200);
        String instance = consumers + "/instances/one";
        http.post(instance + "/subscription", V2, "{\"topics\":[\"" + topic + "\"]}");
        List<JsonNode> records = new ArrayList<>();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            json(http.get(instance + "/records", "Accept", TEXT).body())
                                    .forEach(records::add);
                            return !records.isEmpty();
                        });
        assertThat(http.delete(instance).statusCode()).isEqualTo(204);
        return records.getFirst();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
