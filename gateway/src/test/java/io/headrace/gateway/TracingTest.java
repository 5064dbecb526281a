package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.gateway.telemetry.Collector;
import io.headrace.testkit.http.Http;
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
import java.util.Map;
import org.apache.kafka.shaded.io.opentelemetry.proto.trace.v1.Span;
import org.apache.kafka.shaded.io.opentelemetry.proto.trace.v1.Span.SpanKind;
import org.apache.kafka.shaded.io.opentelemetry.proto.trace.v1.Status.StatusCode;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a collector gets to see of records that go through the gateway. */
class TracingTest {

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLER = "b7ad6b7169203331";
    private static final String SAMPLED = "00-" + TRACE + "-" + CALLER + "-01";
    private static final String NOT_SAMPLED = "00-" + TRACE + "-" + CALLER + "-00";
    private static final String V2 = "application/vnd.kafka.v2+json";
    private static final String JSON = "application/vnd.kafka.json.v2+json";

    private static Collector collector;
    private static TestCluster cluster;
    private static GatewayFixture all;
    private static GatewayFixture none;
    private static Http http;

    @BeforeAll
    static void start() throws Exception {
        collector = new Collector();
        cluster = TestCluster.start("--headrace.broker.groups.initial-rebalance-delay=0s");
        cluster.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        String endpoint = "--headrace.gateway.tracing.endpoint=" + collector.url();
        all =
                GatewayFixture.beside(
                        cluster,
                        endpoint,
                        "--headrace.gateway.tracing.ratio=1",
                        "--headrace.gateway.tracing.send-every=50ms",
                        "--headrace.gateway.id=gateway-of-this-test");
        none =
                GatewayFixture.beside(
                        cluster,
                        endpoint + "/v1/traces",
                        "--headrace.gateway.tracing.ratio=0",
                        "--headrace.gateway.tracing.send-every=50ms");
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        none.close();
        all.close();
        cluster.close();
        collector.close();
    }

    @Test
    void a_request_without_a_parent_begins_a_trace_that_its_readers_are_linked_to()
            throws Exception {
        all.createTopic("alone", 1, Map.of());
        produce(all, "alone", "1\n2\n3\n");
        List<String> carried = read(all, "alone");
        Span publish = one("alone publish");
        assertThat(carried).hasSize(3).allMatch(each -> isSampled(each, publish));
        assertThat(publish.getKind()).isEqualTo(SpanKind.SPAN_KIND_PRODUCER);
        assertThat(publish.getParentSpanId().isEmpty()).isTrue();
        assertThat(publish.getEndTimeUnixNano()).isGreaterThan(publish.getStartTimeUnixNano());
        assertThat(Collector.attributes(publish))
                .containsExactlyInAnyOrder(
                        "messaging.system=kafka",
                        "messaging.operation.name=publish",
                        "messaging.operation.type=send",
                        "messaging.destination.name=alone",
                        "messaging.batch.message_count=3");
        assertThat(collector.resources())
                .contains(
                        "service.name=headrace-gateway",
                        "service.instance.id=gateway-of-this-test");

        Span receive = one("alone receive");
        assertThat(receive.getKind()).isEqualTo(SpanKind.SPAN_KIND_CONSUMER);
        assertThat(Collector.attributes(receive))
                .contains("messaging.operation.type=receive", "messaging.batch.message_count=3");
        assertThat(links(receive)).containsExactly(context(publish));
    }

    @Test
    void a_recorded_parent_has_the_request_as_a_child() throws Exception {
        all.createTopic("child", 1, Map.of());
        produce(all, "child", "1", "traceparent", SAMPLED, "tracestate", "a=1");
        Span publish = one("child publish");
        assertThat(Collector.hex(publish.getTraceId())).isEqualTo(TRACE);
        assertThat(Collector.hex(publish.getParentSpanId())).isEqualTo(CALLER);
        assertThat(publish.getTraceState()).isEqualTo("a=1");
        assertThat(read(all, "child", "traceparent", SAMPLED))
                .hasSize(1)
                .allMatch(each -> isSampled(each, publish));
        Span receive = one("child receive");
        assertThat(Collector.hex(receive.getParentSpanId())).isEqualTo(CALLER);
        assertThat(links(receive)).containsExactly(context(publish));
    }

    @Test
    void a_parent_decides_whether_it_is_recorded_and_the_ratio_where_there_is_none()
            throws Exception {
        all.createTopic("decided", 1, Map.of());
        none.awaitTopic("decided");
        produce(all, "decided", "1", "traceparent", NOT_SAMPLED);
        produce(none, "decided", "2");
        assertThat(read(none, "decided")).containsExactly(NOT_SAMPLED, "");
        // Each gateway sends in order: with these, all that it recorded before them has arrived.
        produce(all, "decided", "3", "traceparent", SAMPLED);
        produce(none, "decided", "4", "traceparent", SAMPLED);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> collector.spans("decided publish").size() >= 2);
        assertThat(collector.spans("decided publish"))
                .hasSize(2)
                .allMatch(span -> Collector.hex(span.getParentSpanId()).equals(CALLER));
        assertThat(collector.spans("decided receive")).isEmpty();
    }

    @Test
    void an_answer_is_linked_to_32_producing_spans_at_most_and_to_each_once() throws Exception {
        all.createTopic("many", 1, Map.of());
        for (int i = 0; i < 35; i++) {
            produce(all, "many", i + "\n" + i + "\n");
        }
        assertThat(read(all, "many")).hasSize(70).doesNotContain("");
        List<String> links = links(one("many receive"));
        assertThat(links).hasSize(32).doesNotHaveDuplicates();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> collector.spans("many publish").size() == 35);
        assertThat(collector.spans("many publish").stream().map(TracingTest::context))
                .containsAll(links);
    }

    @Test
    void a_consumer_instance_receives_too() throws Exception {
        all.createTopic("grouped", 1, Map.of());
        produce(all, "grouped", "1\n2\n");
        String consumers = all.url() + "/consumers/traced";
        String settings =
                "{\"name\":\"one\",\"format\":\"json\",\"auto.offset.reset\":\"earliest\"}";
        assertThat(http.post(consumers, V2, settings).statusCode()).isEqualTo(200);
        String instance = consumers + "/instances/one";
        http.post(instance + "/subscription", V2, "{\"topics\":[\"grouped\"]}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> http.get(instance + "/records").body().contains("grouped"));
        assertThat(http.delete(instance).statusCode()).isEqualTo(204);
        assertThat(links(one("grouped receive"))).containsExactly(context(one("grouped publish")));
    }

    @Test
    void a_failure_is_told_by_its_code_and_the_end_of_the_process_sends_what_is_left()
            throws Exception {
        try (GatewayFixture brief =
                GatewayFixture.beside(
                        cluster,
                        "--headrace.gateway.tracing.endpoint=" + collector.url() + "/",
                        "--headrace.gateway.tracing.ratio=1",
                        "--headrace.gateway.tracing.send-every=1h")) {
            String url = brief.url() + "/topics/nowhere";
            assertThat(http.post(url, JSON, "{\"records\":[]}").statusCode()).isEqualTo(404);
        }
        List<Span> sent = collector.spans("nowhere publish");
        assertThat(sent).hasSize(1);
        assertThat(sent.getFirst().getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
        assertThat(Collector.attributes(sent.getFirst())).contains("error.type=40401");
    }

    private static void produce(
            GatewayFixture gateway, String topic, String lines, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(gateway.url() + "/topics/" + topic))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", "application/x-ndjson")
                        .POST(BodyPublishers.ofString(lines));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** The {@code traceparent} of each record; empty where there is none. */
    private static List<String> read(GatewayFixture gateway, String topic, String... headers) {
        List<String> parents = new ArrayList<>();
        String url = gateway.url() + "/topics/" + topic + "/partitions/0/records";
        for (JsonNode record : JsonMapper.shared().readTree(http.get(url, headers).body())) {
            JsonNode header = record.path("headers").path(0);
            assertThat(header.path("key").asString("traceparent")).isEqualTo("traceparent");
            byte[] value = Base64.getDecoder().decode(header.path("value").asString(""));
            parents.add(new String(value, StandardCharsets.US_ASCII));
        }
        return parents;
    }

    private static Span one(String name) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> !collector.spans(name).isEmpty());
        return collector.spans(name).getFirst();
    }

    private static String context(Span span) {
        return "00-" + Collector.hex(span.getTraceId()) + "-" + Collector.hex(span.getSpanId());
    }

    /** Of the flags, only the last says that it is recorded. */
    private static boolean isSampled(String traceparent, Span publish) {
        return traceparent.startsWith(context(publish) + "-0")
                && (Character.digit(traceparent.charAt(54), 16) & 1) == 1;
    }

    private static List<String> links(Span span) {
        return span.getLinksList().stream()
                .map(
                        link ->
                                "00-"
                                        + Collector.hex(link.getTraceId())
                                        + "-"
                                        + Collector.hex(link.getSpanId()))
                .toList();
    }
}
