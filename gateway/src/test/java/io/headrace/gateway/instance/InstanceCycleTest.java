package io.headrace.gateway.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The life of one instance, in each format, against a real broker. */
class InstanceCycleTest {

    private static TwoGateways gateways;

    @BeforeAll
    static void start() throws Exception {
        gateways = TwoGateways.start();
    }

    @AfterAll
    static void stop() throws Exception {
        gateways.close();
    }

    private static InstanceClient create(String group, String settings) {
        return InstanceClient.create(gateways.http, gateways.one.url(), group, settings);
    }

    @ParameterizedTest
    @ValueSource(strings = {"binary", "json", "text"})
    void anInstanceIsCreatedReadsCommitsAndGoes(String format) throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 3);
        InstanceClient instance =
                create("cycle-" + format, InstanceClient.settings("c 1/ü", format, false));
        assertThat(instance.url()).endsWith("/instances/c%201%2F%C3%BC");
        instance.subscribe(topic);
        assertThat(instance.get("/subscription").body())
                .isEqualTo("{\"topics\":[\"" + topic + "\"]}");

        HttpResponse<String> first = instance.get("/records?timeout=1000");
        assertThat(first.headers().firstValue("Content-Type"))
                .hasValue("application/vnd.kafka." + format + ".v2+json");
        String key =
                format.equals("binary") ? "ImswIg==" : format.equals("json") ? "k0" : "\\\"k0\\\"";
        String value = format.equals("binary") ? "\"MA==\"" : format.equals("json") ? "0" : "\"0\"";
        assertThat(first.body())
                .startsWith(
                        "[{\"topic\":\"%s\",\"key\":\"%s\",\"value\":%s,\"partition\":0,\"offset\":0,\"timestamp\":"
                                .formatted(topic, key, value))
                .contains("\"offset\":2,");
        assertThat(instance.get("/assignments").body())
                .isEqualTo("{\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0}]}");

        assertThat(instance.committed(topic, 0)).isEqualTo(-1);
        HttpResponse<String> commit = instance.post("/offsets", "");
        assertThat(commit.statusCode()).isEqualTo(200);
        assertThat(commit.body()).isEqualTo("[]");
        assertThat(instance.committed(topic, 0)).isEqualTo(3);
        String named = "{\"topic\":\"" + topic + "\",\"partition\":0";
        assertThat(
                        instance.post("/offsets", "{\"offsets\":[" + named + ",\"offset\":1}]}")
                                .statusCode())
                .isEqualTo(200);
        assertThat(instance.getWithBody("/offsets", "{\"partitions\":[" + named + "}]}").body())
                .isEqualTo("{\"offsets\":[" + named + ",\"offset\":2,\"metadata\":\"\"}]}");

        assertThat(instance.delete("").statusCode()).isEqualTo(204);
        HttpResponse<String> gone = instance.get("/records");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.body()).contains("\"error_code\":40403");
        assertThat(instance.delete("").body()).contains("40403");

        InstanceClient next =
                create("cycle-" + format, InstanceClient.settings("c 1/ü", format, false));
        next.subscribe(topic);
        assertThat(next.readAll(1).getFirst().path("offset").asLong()).isEqualTo(2);
        next.delete("");
    }

    @Test
    void partitionsAreAssignedByHandAndSought() throws Exception {
        String topic = gateways.topic(2);
        gateways.produce(topic, 0, 0, 10);
        gateways.produce(topic, 1, 100, 10);
        InstanceClient instance = create("by-hand", InstanceClient.settings("a", "json", false));
        String zero = "{\"topic\":\"" + topic + "\",\"partition\":0";
        String one = "{\"topic\":\"" + topic + "\",\"partition\":1";
        assertThat(instance.post("/assignments", "{\"partitions\":[" + zero + "}]}").statusCode())
                .isEqualTo(204);
        assertThat(values(instance.readAll(10))).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);

        assertThat(
                        instance.post("/positions", "{\"offsets\":[" + zero + ",\"offset\":8}]}")
                                .statusCode())
                .isEqualTo(204);
        assertThat(values(instance.readAll(2))).containsExactly(8, 9);
        instance.post("/positions/beginning", "{\"partitions\":[" + zero + "}]}");
        assertThat(values(instance.readAll(10))).hasSize(10);
        instance.post("/positions/end", "{\"partitions\":[" + zero + "}]}");
        assertThat(instance.read("?timeout=300")).isEmpty();
        instance.post(
                "/positions",
                "{\"timestamps\":[" + zero + ",\"timestamp\":\"2020-01-01T00:00:00Z\"}]}");
        assertThat(values(instance.readAll(10))).hasSize(10);
        instance.post(
                "/positions",
                "{\"timestamps\":[" + zero + ",\"timestamp\":\"2999-01-01T00:00:00Z\"}]}");
        assertThat(instance.read("?timeout=300")).isEmpty();

        HttpResponse<String> notMine =
                instance.post("/positions", "{\"offsets\":[" + one + ",\"offset\":0}]}");
        assertThat(notMine.statusCode()).isEqualTo(409);
        assertThat(notMine.body()).contains("\"error_code\":40903");
        HttpResponse<String> both =
                instance.post("/subscription", "{\"topics\":[\"" + topic + "\"]}");
        assertThat(both.body()).contains("\"error_code\":40903");
        assertThat(instance.delete("/subscription").statusCode()).isEqualTo(204);
        assertThat(instance.get("/records").body()).contains("\"error_code\":40903");
        instance.subscribe(topic);
        assertThat(instance.post("/assignments", "{\"partitions\":[" + zero + "}]}").body())
                .contains("\"error_code\":40903");
        instance.delete("");
    }

    /** The library has a fetch under way, which waits for records for half a second. */
    @ParameterizedTest
    @ValueSource(strings = {"/positions/beginning", "/positions"})
    void aSeekDoesNotWaitForTheFetchThatTheReadBeforeLeft(String call) throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 5);
        InstanceClient instance = create("back", InstanceClient.settings("b", "json", false));
        String zero = "{\"topic\":\"" + topic + "\",\"partition\":0";
        instance.post("/assignments", "{\"partitions\":[" + zero + "}]}");
        instance.readAll(5);
        String start =
                call.equals("/positions")
                        ? "{\"offsets\":[" + zero + ",\"offset\":0}]}"
                        : "{\"partitions\":[" + zero + "}]}";
        long fastestNanos = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long startNanos = System.nanoTime();
            assertThat(instance.post(call, start).statusCode()).isEqualTo(204);
            assertThat(values(instance.readAll(5))).containsExactly(0, 1, 2, 3, 4);
            fastestNanos = Math.min(fastestNanos, System.nanoTime() - startNanos);
        }
        assertThat(Duration.ofNanos(fastestNanos)).isLessThan(Duration.ofMillis(250));
        instance.delete("");
    }

    @Test
    void aPatternMatchesTopicsThatAreCreatedLater() throws Exception {
        String topic = gateways.topic(1);
        InstanceClient instance = create("pattern", InstanceClient.settings("p", "json", true));
        assertThat(
                        instance.post(
                                        "/subscription",
                                        "{\"topic_pattern\":\"" + topic.replace("-", "[-]") + "\"}")
                                .statusCode())
                .isEqualTo(204);
        gateways.produce(topic, 0, 0, 1);
        assertThat(values(instance.readAll(1))).containsExactly(0);
        assertThat(instance.get("/subscription").body()).contains(topic);
        instance.delete("");
    }

    @Test
    void aRecordLargerThanTheLimitComesAloneAndNothingIsLostBehindIt() throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 1_000, 50);
        InstanceClient instance = create("tiny", InstanceClient.settings("t", "json", false));
        instance.subscribe(topic);
        for (int i = 0; i < 50; i++) {
            List<JsonNode> page = instance.read("?max_bytes=1&timeout=5000");
            assertThat(values(page)).containsExactly(1_000 + i);
        }
        assertThat(instance.read("?timeout=0")).isEmpty();
        instance.delete("");
    }

    @Test
    void aReadWithoutAcceptComesInTheInstancesFormatAndAnotherFormatIsRefused() throws Exception {
        String topic = gateways.topic(1);
        InstanceClient instance = create("accept", InstanceClient.settings("a", "json", false));
        instance.subscribe(topic);
        for (String accept : List.of("*/*", "application/json", "application/vnd.kafka.v2+json")) {
            assertThat(instance.get("/records?timeout=0", "Accept", accept).statusCode())
                    .as(accept)
                    .isEqualTo(200);
        }
        HttpResponse<String> other =
                instance.get("/records", "Accept", "application/vnd.kafka.binary.v2+json");
        assertThat(other.statusCode()).isEqualTo(406);
        assertThat(other.body()).contains("\"error_code\":40601");
        instance.delete("");
    }

    private static List<Integer> values(List<JsonNode> records) {
        return records.stream().map(record -> record.path("value").asInt(-1)).toList();
    }
}
