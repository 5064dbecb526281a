package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever is sent, the answer is the error body with a stable code, and nothing is appended. */
class BadInputTest {

    private static final String JSON = "application/json";
    private static final String BINARY = "application/vnd.kafka.binary.v2+json";
    private static final String TEXT = "application/vnd.kafka.text.v2+json";
    private static final String NDJSON = "application/x-ndjson";

    private static GatewayFixture gateway;
    private static Http http;

    record Row(
            String method,
            String path,
            String type,
            String body,
            String accept,
            int status,
            int code) {

        @Override
        public String toString() {
            String shown = body.length() > 60 ? body.substring(0, 60) + "…" : body;
            return method + " " + path + " " + type + " " + accept + " " + shown;
        }
    }

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayFixture.start("--headrace.gateway.brokers.unknown-topic-wait=20ms");
        gateway.createTopic("t", 2, Map.of("max.message.bytes", "2000"));
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        gateway.close();
    }

    private static Row post(String path, String type, String body, int status, int code) {
        return new Row(
                "POST", path, type, bytes(body.getBytes(StandardCharsets.UTF_8)), "", status, code);
    }

    /** The bytes as a string of one character each. */
    private static String bytes(byte[] body) {
        return new String(body, StandardCharsets.ISO_8859_1);
    }

    private static Row value(String value, int status) {
        return post("/topics/t", JSON, "{\"records\":[{\"value\":" + value + "}]}", status, status);
    }

    private static Row raw(byte[] body) {
        return new Row("POST", "/topics/t", JSON, bytes(body), "", 400, 400);
    }

    private static Row get(String path, String accept, int status, int code) {
        return new Row("GET", path, "", "", accept, status, code);
    }

    private static Row method(String method, String path, int status) {
        return new Row(method, path, "", "", "", status, status);
    }

    static Stream<Row> bodies() {
        byte[] badUtf8 = "{\"records\":[{\"value\":\"?\"}]}".getBytes(StandardCharsets.UTF_8);
        badUtf8[21] = (byte) 0xff;
        return Stream.of(
                post("/topics/t", JSON, "", 400, 400),
                post("/topics/t", JSON, "{", 400, 400),
                post("/topics/t", JSON, "[]", 400, 400),
                post("/topics/t", JSON, "{}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":{}}", 400, 400),
                post("/topics/t", JSON, "{\"records\":[1]}", 400, 400),
                post("/topics/t", JSON, "{\"records\":[{\"value\":1}],\"x\":1}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"val\":1}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"value\":1,\"value\":2}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"value\":1}],\"records\":[]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"value\":1}]} x", 400, 400),
                post("/topics/t", JSON, "{\"records\":[{\"value\":1},]}", 400, 400),
                post("/topics/t", JSON, "{\"value_schema\":\"x\",\"records\":[{}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"partition\":-1}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"partition\":1.5}]}", 400, 400),
                post("/topics/t", JSON, "{\"records\":[{\"partition\":99999999999}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"timestamp\":-1}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"timestamp\":\"x\"}]}", 400, 400),
                post("/topics/t", JSON, "{\"records\":[{\"headers\":[{}]}]}", 422, 422),
                post("/topics/t", JSON, "{\"records\":[{\"headers\":[{\"key\":1}]}]}", 400, 400),
                post(
                        "/topics/t",
                        JSON,
                        "{\"records\":[{\"headers\":[{\"key\":\"k\",\"value\":\"*\"}]}]}",
                        400,
                        400),
                value("NaN", 400),
                value("Infinity", 400),
                value("01", 400),
                value("1.", 400),
                value(".5", 400),
                value("+1", 400),
                value("-", 400),
                value("1e", 400),
                value("tru", 400),
                value("'x'", 400),
                value("/* c */ 1", 400),
                value("\"a\tb\"", 400),
                value("\"\\x\"", 400),
                value("\"\\ud800\"", 400),
                value("\"\\udc00x\"", 400),
                value("\"\\u12g4\"", 400),
                value("\"open", 400),
                value("9".repeat(101), 400),
                value("9".repeat(1_000_000), 400),
                value("[".repeat(65) + "]".repeat(65), 400),
                value("[".repeat(100_000), 400),
                raw(badUtf8),
                raw("\ufeff{\"records\":[{\"value\":1}]}".getBytes(StandardCharsets.UTF_8)),
                raw("{\"records\":[{\"value\":1}]}".getBytes(StandardCharsets.UTF_16)),
                post("/topics/t", BINARY, "{\"records\":[{\"value\":\"$$$$\"}]}", 400, 400),
                post("/topics/t", BINARY, "{\"records\":[{\"value\":\"A\"}]}", 400, 400),
                post("/topics/t", BINARY, "{\"records\":[{\"value\":\"A===\"}]}", 400, 400),
                post("/topics/t", BINARY, "{\"records\":[{\"value\":5}]}", 400, 400),
                post("/topics/t", TEXT, "{\"records\":[{\"value\":{}}]}", 400, 400),
                post("/topics/t", NDJSON, "", 422, 422),
                post("/topics/t", NDJSON, "1\n{\n", 400, 400),
                post("/topics/t?keyed=true", NDJSON, "{\"v\":1}\n", 422, 422));
    }

    static Stream<Row> targets() {
        String one = "{\"records\":[{\"value\":1}]}";
        return Stream.of(
                post("/topics/unknown", JSON, one, 404, 40401),
                post("/topics/a%2Fb", JSON, one, 400, 40002),
                post("/topics/%2e%2e", JSON, one, 400, 400),
                post("/topics/%00", JSON, one, 400, 400),
                post("/topics/%ff", JSON, one, 400, 400),
                post("/topics/%C3%BC", JSON, one, 400, 40002),
                post("/topics/" + "x".repeat(250), JSON, one, 400, 40002),
                post("/topics/t;jsessionid=1", JSON, one, 400, 40002),
                post("/topics/t/partitions/2", JSON, one, 404, 40402),
                post("/topics/t/partitions/-1", JSON, one, 400, 400),
                post("/topics/t/partitions/x", JSON, one, 400, 400),
                post("/topics/t/partitions/99999999999", JSON, one, 400, 400),
                post("/topics/t?acks=2", JSON, one, 400, 400),
                post("/topics/t?ack=all", JSON, one, 400, 400),
                post("/topics/t?acks=1&acks=0", JSON, one, 400, 400),
                post("/topics/t", "application/xml", "<x/>", 415, 415),
                post("/topics/t", "multipart/form-data; boundary=x", "--x--", 415, 415),
                post("/topics/t", "application/vnd.kafka.avro.v2+json", one, 415, 415),
                post("/topics/t", "application/json; charset=utf-16", one, 415, 415),
                post("/topics/t", "application/x-www-form-urlencoded", one, 415, 415),
                post("/topics/t?timestamp=-5", "text/plain", "x", 400, 400),
                get("/nothing", "", 404, 404),
                get("/topics/t/partitions/0/nothing", "", 404, 404),
                get("/topics/unknown", "", 404, 40401),
                get("/topics/unknown/partitions", "", 404, 40401),
                get("/topics/t/partitions/7", "", 404, 40402),
                get("/topics/t/partitions/7/offsets", "", 404, 40402),
                get("/topics/t?x=1", "", 400, 400),
                get("/topics/t", "text/html", 406, 406),
                get("/topics", "application/json;q=0", 406, 406),
                get("/v3/clusters", "", 503, 50302),
                get("/kafka/v3/clusters/x", "", 503, 50302),
                get("/v3/%2e%2e/actuator", "", 400, 400),
                method("DELETE", "/topics/t", 405),
                method("PUT", "/topics/t/partitions/0/records", 405),
                method("PATCH", "/brokers", 405));
    }

    static Stream<Row> reads() {
        String records = "/topics/t/partitions/0/records";
        return Stream.of(
                get("/topics/unknown/partitions/0/records", "", 404, 40401),
                get("/topics/t/partitions/2/records", "", 404, 40402),
                get(records + "?offset=-1", "", 400, 400),
                get(records + "?offset=abc", "", 400, 400),
                get(records + "?offset=99999999999999999999", "", 400, 400),
                get(records + "?offset=5", "", 416, 416),
                get(records + "?offset=9223372036854775807", "", 416, 416),
                get(records + "?offset=0&timestamp=0", "", 400, 400),
                get(records + "?timestamp=yesterday", "", 400, 400),
                get(records + "?timestamp=", "", 400, 400),
                get(records + "?format=avro", "", 400, 400),
                get(records + "?count=0", "", 400, 400),
                get(records + "?max_bytes=0", "", 400, 400),
                get(records + "?timeout=-1", "", 400, 400),
                get(records + "?timeout=999999999", "", 400, 400),
                get(records + "?limit=5", "", 400, 400),
                get(records + "?follow=true", "application/json", 406, 406),
                get(records + "?follow=maybe", "application/x-ndjson", 400, 400),
                get(records, "application/xml", 406, 406),
                get(records, "nonsense", 406, 406),
                get(records + "?offset=5", "text/event-stream", 416, 416));
    }

    @ParameterizedTest
    @MethodSource({"bodies", "targets", "reads"})
    void isAnsweredWithAStableCode(Row row) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(gateway.url() + row.path()))
                        .method(
                                row.method(),
                                BodyPublishers.ofByteArray(
                                        row.body().getBytes(StandardCharsets.ISO_8859_1)));
        if (!row.type().isEmpty()) {
            request.header("Content-Type", row.type());
        }
        if (!row.accept().isEmpty()) {
            request.header("Accept", row.accept());
        }
        HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(row.status());
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        JsonNode body = JsonMapper.shared().readTree(answer.body());
        assertThat(body.path("error_code").asInt()).as(answer.body()).isEqualTo(row.code());
        assertThat(body.path("message").asString()).isNotBlank().doesNotContain("Exception");
        assertThat(gateway.cluster.batchList("t", 0)).isEmpty();
    }

    @Test
    void lastEventIdThatIsNoneIsRefused() {
        for (String id : new String[] {"x", "0-", "1-5", "0--1", "0-99999999999999999999", "-"}) {
            HttpResponse<String> answer =
                    http.get(
                            gateway.url() + "/topics/t/partitions/0/records",
                            "Accept",
                            "text/event-stream",
                            "Last-Event-ID",
                            id);
            assertThat(answer.statusCode()).as(id).isEqualTo(400);
            assertThat(answer.body()).contains("Last-Event-ID");
        }
    }

    @Test
    void compressedBodiesAreRefused() {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(gateway.url() + "/topics/t"))
                        .header("Content-Type", JSON)
                        .header("Content-Encoding", "gzip")
                        .POST(BodyPublishers.ofByteArray(new byte[100]))
                        .build();
        assertThat(http.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
    }

    @Test
    void problemDetailsComeWhenTheClientAsksForThem() {
        HttpResponse<String> answer =
                http.get(gateway.url() + "/topics/unknown", "Accept", "application/problem+json");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"status\":404", "\"error_code\":40401", "\"detail\"");
    }

    @Test
    void outOfRangeNamesBothEnds() {
        assertThat(http.get(gateway.url() + "/topics/t/partitions/0/records?offset=9").body())
                .contains("\"log_start_offset\":0,\"high_watermark\":0");
    }

    @Test
    void oneBadRecordDoesNotSpoilTheOthers() throws Exception {
        gateway.createTopic("mixed", 2, Map.of("max.message.bytes", "2000"));
        String body =
                "{\"records\":[{\"value\":1,\"partition\":0},{\"value\":2,\"partition\":99},{\"value\":\""
                        + "x".repeat(3000)
                        + "\",\"partition\":0},{\"value\":4,\"partition\":0}]}";
        JsonNode answer =
                JsonMapper.shared()
                        .readTree(http.post(gateway.url() + "/topics/mixed", JSON, body).body());
        JsonNode offsets = answer.path("offsets");
        assertThat(offsets.path(0).path("offset").asInt()).isZero();
        assertThat(offsets.path(1).path("error_code").asInt()).isEqualTo(40402);
        assertThat(offsets.path(1).path("error")).isEqualTo(offsets.path(1).path("message"));
        assertThat(offsets.path(2).path("error_code").asInt()).isEqualTo(413);
        assertThat(offsets.path(3).path("offset").asInt()).isEqualTo(1);
    }

    @Test
    void aRequestLargerThanABatchIsSplit() throws Exception {
        gateway.createTopic("split", 1, Map.of("max.message.bytes", "2000"));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            lines.append('"').append("x".repeat(90)).append(i).append("\"\n");
        }
        for (int request = 0; request < 20; request++) {
            assertThat(http.post(gateway.url() + "/topics/split", NDJSON, lines.toString()).body())
                    .contains("\"offset\":" + (100 * request + 99) + ",")
                    .doesNotContain("error_code\":5");
        }
        assertThat(gateway.cluster.batchList("split", 0))
                .hasSizeGreaterThan(4)
                .allSatisfy(batch -> assertThat(batch.length).isLessThanOrEqualTo(2000));
    }
}
