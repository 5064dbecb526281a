package io.headrace.admin.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import io.headrace.model.cluster.ClusterImage;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Bad input for every endpoint: the v3 error body, a stable code, and nothing changed. */
class BadInputTest {

    private static final String JSON = "application/json";
    private static final List<String> PREFIXES = List.of("/v3/clusters/", "/kafka/v3/clusters/");

    private final AdminFixture admin = AdminFixture.shared();
    private final Rest rest = new Rest();

    /** A request and what must come back; {@code path} is below the cluster. */
    record Case(
            String name,
            String method,
            String path,
            String contentType,
            String body,
            int status,
            int errorCode) {
        @Override
        public String toString() {
            return name + ": " + method + " " + path;
        }
    }

    private static Case get(String name, String path, int status, int errorCode) {
        return new Case(name, "GET", path, "", "", status, errorCode);
    }

    private static Case send(
            String name, String method, String path, String body, int status, int errorCode) {
        return new Case(name, method, path, JSON, body, status, errorCode);
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        unknownThings(cases);
        illegalTopics(cases);
        malformedBodies(cases);
        illegalChanges(cases);
        illegalQueries(cases);
        return cases.stream();
    }

    private static void unknownThings(List<Case> cases) {
        for (String path :
                List.of(
                        "topics/gone",
                        "topics/gone/configs",
                        "topics/gone/configs/retention.ms",
                        "topics/gone/partitions",
                        "topics/gone/partitions/0",
                        "topics/gone/partitions/0/offset",
                        "topics/gone/partitions/0/replicas",
                        "topics/gone/partitions/0/replicas/0",
                        "topics/gone/partitions/0/reassignment",
                        "topics/gone/partitions/-/reassignment",
                        "topics/gone/catalog",
                        "topics/a%2Fb",
                        "topics/%2e%2e",
                        "topics/%C3%A9")) {
            cases.add(get("unknown topic", path, 404, 40403));
        }
        cases.add(get("NUL in the path", "topics/%00", 400, 400));
        cases.add(get("unknown URL", "nothing", 404, 404));
        cases.add(get("unknown URL below a topic", "topics/bad/nothing", 404, 404));
        cases.add(get("unknown broker", "brokers/99", 404, 404));
        cases.add(get("unknown broker", "brokers/99/configs", 404, 404));
        cases.add(get("unknown broker", "brokers/99/configs/x", 404, 404));
        cases.add(get("unknown broker", "brokers/99/partition-replicas", 404, 404));
        cases.add(get("negative broker", "brokers/-1", 404, 404));
        cases.add(get("huge broker", "brokers/99999999999", 400, 400));
        cases.add(get("broker by name", "brokers/x", 400, 400));
        cases.add(get("unknown config", "brokers/0/configs/x", 404, 404));
        cases.add(get("unknown config", "topics/bad/configs/x", 404, 404));
        cases.add(get("unknown partition", "topics/bad/partitions/1", 404, 404));
        cases.add(get("negative partition", "topics/bad/partitions/-1", 404, 404));
        cases.add(get("huge partition", "topics/bad/partitions/99999999999", 400, 400));
        cases.add(get("partition by name", "topics/bad/partitions/x", 400, 400));
        cases.add(get("unknown partition", "topics/bad/partitions/1/offset", 404, 40402));
        cases.add(get("negative partition", "topics/bad/partitions/-1/offset", 404, 40402));
        cases.add(get("unknown partition", "topics/bad/partitions/1/replicas", 404, 404));
        cases.add(get("unknown replica", "topics/bad/partitions/0/replicas/99", 404, 404));
        cases.add(get("no reassignment", "topics/bad/partitions/0/reassignment", 404, 404));
    }

    private static void illegalTopics(List<Case> cases) {
        for (String name :
                List.of(
                        "",
                        ".",
                        "..",
                        "a/b",
                        "a b",
                        "é",
                        "a\\u0000b",
                        "x".repeat(250),
                        "__consumer_offsets",
                        "a%2Fb")) {
            cases.add(
                    send(
                            "illegal name",
                            "POST",
                            "topics",
                            "{\"topic_name\":\"" + name + "\"}",
                            422,
                            42206));
        }
        String head = "{\"topic_name\":\"never\",";
        for (String bad :
                List.of(
                        "\"partitions_count\":0",
                        "\"partitions_count\":-1",
                        "\"partitions_count\":2147483647",
                        "\"replication_factor\":0",
                        "\"replication_factor\":-1",
                        "\"replication_factor\":4",
                        "\"replicas_assignments\":{\"0\":[9]}",
                        "\"replicas_assignments\":{\"1\":[0]}",
                        "\"replicas_assignments\":{\"0\":[0,0]}",
                        "\"replicas_assignments\":{\"0\":[0],\"1\":[0,1]}",
                        "\"replicas_assignments\":{\"0\":[0]},\"partitions_count\":1",
                        "\"configs\":[{\"name\":\"no.such\",\"value\":\"1\"}]",
                        "\"configs\":[{\"name\":\"retention.ms\",\"value\":\"-9\"}]",
                        "\"configs\":[{\"name\":\"retention.ms\",\"value\":\"99999999999999999999\"}]")) {
            cases.add(send("refused topic", "POST", "topics", head + bad + "}", 400, 40002));
        }
        for (String bad :
                List.of(
                        "\"partitions_count\":2147483648",
                        "\"partitions_count\":1e99",
                        "\"partitions_count\":1.5",
                        "\"partitions_count\":\"many\"",
                        "\"partitions_count\":[]",
                        "\"partition_count\":1",
                        "\"configs\":{}",
                        "\"configs\":[{\"name\":\"retention.ms\",\"value\":\"1\"},{\"name\":\"retention.ms\",\"value\":\"2\"}]",
                        "\"replicas_assignments\":{\"0\":[null]}",
                        "\"partitions_count\":1,\"partitions_count\":2")) {
            cases.add(send("misfit body", "POST", "topics", head + bad + "}", 400, 400));
        }
        cases.add(send("missing name", "POST", "topics", "{}", 422, 42206));
        cases.add(send("empty body", "POST", "topics", "", 422, 42206));
    }

    private static void malformedBodies(List<Case> cases) {
        String nested = "[".repeat(100_000);
        for (String[] target :
                new String[][] {
                    {"POST", "topics"},
                    {"PATCH", "topics/bad"},
                    {"PUT", "topics/bad/configs/retention.ms"},
                    {"POST", "topics/bad/configs:alter"},
                    {"POST", "topics/bad/configs%3Aalter"},
                    {"POST", "topics/-/configs:alter"},
                    {"PUT", "topics/bad/catalog"},
                    {"PATCH", "topics/bad/catalog"},
                    {"POST", "topics/bad/records:delete"},
                    {"POST", "consumer-groups/g/offsets:reset"},
                    {"POST", "consumer-groups/a%2Fb/offsets%3Aalter"},
                    {"POST", "consumer-groups/g/offsets:delete"},
                    {"POST", "consumer-groups/g/offset-resets/1:undo"}
                }) {
            for (String body :
                    List.of(
                            "{",
                            "{\"",
                            "nope",
                            "{}{}",
                            "{} x",
                            "// comment\n{}",
                            "NaN",
                            "[1]",
                            "{\"topic_name\":" + nested,
                            nested,
                            "{\"x\":1" + "0".repeat(200) + "}",
                            "{\"no_such_field\":1}",
                            "\uFEFF\uFEFF{}")) {
                cases.add(send("malformed JSON", target[0], target[1], body, 400, 400));
            }
            cases.add(
                    new Case(
                            "wrong media type",
                            target[0],
                            target[1],
                            "text/plain",
                            "{}",
                            415,
                            415));
            cases.add(
                    new Case(
                            "form",
                            target[0],
                            target[1],
                            "application/x-www-form-urlencoded",
                            "a=b",
                            415,
                            415));
            cases.add(new Case("XML", target[0], target[1], "application/xml", "<a/>", 415, 415));
            cases.add(new Case("garbage type", target[0], target[1], "gar/ba/ge", "{}", 415, 415));
            cases.add(
                    send(
                            "too large",
                            target[0],
                            target[1],
                            "\"" + "x".repeat(1 << 20) + "\"",
                            413,
                            413));
        }
    }

    private static void illegalChanges(List<Case> cases) {
        cases.add(
                send(
                        "unknown topic",
                        "PATCH",
                        "topics/gone",
                        "{\"partitions_count\":2}",
                        404,
                        40403));
        cases.add(send("nothing asked", "PATCH", "topics/bad", "{}", 422, 42206));
        for (String count : List.of("0", "1", "-5", "2147483647")) {
            cases.add(
                    send(
                            "illegal count",
                            "PATCH",
                            "topics/bad",
                            "{\"partitions_count\":" + count + "}",
                            400,
                            40002));
        }
        cases.add(new Case("unknown topic", "DELETE", "topics/gone", "", "", 404, 40403));
        cases.add(new Case("illegal name", "DELETE", "topics/..%2F..", "", "", 404, 40403));
        cases.add(new Case("unknown topic", "DELETE", "topics/gone/catalog", "", "", 404, 40403));
        cases.add(new Case("unknown config", "DELETE", "topics/bad/configs/x", "", "", 404, 404));
        cases.add(
                send(
                        "unknown config",
                        "PUT",
                        "topics/bad/configs/x",
                        "{\"value\":\"1\"}",
                        404,
                        404));
        cases.add(send("no value", "PUT", "topics/bad/configs/retention.ms", "{}", 422, 42206));
        cases.add(
                send(
                        "illegal value",
                        "PUT",
                        "topics/bad/configs/retention.ms",
                        "{\"value\":\"x\"}",
                        400,
                        40002));
        cases.add(
                send(
                        "unknown topic",
                        "PUT",
                        "topics/gone/configs/retention.ms",
                        "{\"value\":\"1\"}",
                        404,
                        40403));
        String alter = "topics/bad/configs:alter";
        cases.add(send("nothing to alter", "POST", alter, "{}", 422, 42206));
        cases.add(send("nothing to alter", "POST", alter, "{\"data\":[]}", 422, 42206));
        cases.add(send("null in list", "POST", alter, "{\"data\":[null]}", 400, 400));
        cases.add(
                send(
                        "unknown setting",
                        "POST",
                        alter,
                        "{\"data\":[{\"name\":\"x\",\"value\":\"1\"}]}",
                        400,
                        40002));
        cases.add(
                send(
                        "unknown operation",
                        "POST",
                        alter,
                        "{\"data\":[{\"name\":\"retention.ms\",\"operation\":\"PREPEND\",\"value\":\"1\"}]}",
                        400,
                        400));
        cases.add(
                send(
                        "append to what is no list",
                        "POST",
                        alter,
                        "{\"data\":[{\"name\":\"retention.ms\",\"operation\":\"APPEND\",\"value\":\"1\"}]}",
                        400,
                        40002));
        cases.add(
                send(
                        "long owner",
                        "PUT",
                        "topics/bad/catalog",
                        "{\"owner\":\"" + "x".repeat(256) + "\"}",
                        400,
                        400));
        cases.add(
                send(
                        "bad label",
                        "PUT",
                        "topics/bad/catalog",
                        "{\"labels\":{\"a=b\":\"c\"}}",
                        400,
                        400));
        cases.add(
                send(
                        "null label",
                        "PUT",
                        "topics/bad/catalog",
                        "{\"labels\":{\"a\":null}}",
                        400,
                        400));
        cases.add(send("unknown verb", "POST", "topics/bad/configs:explode", "{}", 404, 404));
        for (String path : List.of("", "topics/bad/partitions", "brokers", "audit", "catalog")) {
            cases.add(send("wrong method", "PATCH", path, "{}", 405, 405));
            cases.add(new Case("wrong method", "DELETE", path, "", "", 405, 405));
        }
    }

    private static void illegalQueries(List<Case> cases) {
        for (String query :
                List.of(
                        "audit?page_size=0",
                        "audit?page_size=1001",
                        "audit?page_size=x",
                        "audit?page_token=x",
                        "audit?from=yesterday",
                        "audit?to=2020-13-01T00:00:00Z",
                        "consumer-groups?page_size=0",
                        "consumer-groups?page_size=1001",
                        "consumer-groups/g/offset-resets?page_size=101",
                        "consumer-groups/g/offset-resets?page_token=x",
                        "consumer-groups/g/offset-resets/x",
                        "consumer-groups/g/lag-history?from=yesterday",
                        "consumer-groups/g/lag-history?from=2000&to=1000",
                        "consumer-groups/g/lag-history?from=%2B999999999-01-01T00:00:00Z",
                        "consumer-groups/g/lag-history?to=999999999999999",
                        "consumer-groups/g/lag-history?step=0",
                        "consumer-groups/g/lag-history?step=PT-1S",
                        "consumer-groups/g/lag-history?step=often",
                        "consumer-groups/g/lag-history?step=1",
                        "consumer-groups/g/lag-history?by=member",
                        "consumer-groups/g/lag-history?partition_id=x",
                        "consumer-groups/g/lags/t/partitions/x",
                        "catalog?page_size=0",
                        "catalog?label=nothing",
                        "catalog?page_size=99999999999",
                        "topics/bad/partitions/0/offset?offset_type=middle")) {
            cases.add(get("bad query", query, 400, 400));
        }
        cases.add(
                new Case(
                        "bad flag",
                        "DELETE",
                        "topics/bad?validate_only=perhaps",
                        "",
                        "",
                        400,
                        400));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRefusedWithAStableCode(Case bad) {
        topicCalledBad();
        String prefix = PREFIXES.get(Math.floorMod(bad.toString().hashCode(), 2));
        String url =
                admin.url()
                        + prefix
                        + admin.clusterId()
                        + (bad.path().isEmpty() ? "" : "/" + bad.path());
        Rest.Answer answer =
                bad.contentType().isEmpty()
                        ? rest.call(bad.method(), url, null)
                        : rest.call(
                                bad.method(), url, bad.body(), "Content-Type", bad.contentType());
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(bad.status());
        assertThat(answer.errorCode()).as("%s", answer.json()).isEqualTo(bad.errorCode());
        assertThat(answer.message())
                .isNotBlank()
                .doesNotContain("Exception", "java.", "tools.jackson");
        assertThat(answer.header("Content-Type")).startsWith(JSON);
        ClusterImage image = admin.image();
        assertThat(image.topic("never")).isEmpty();
        assertThat(image.topic("bad").orElseThrow().partitionCount()).isEqualTo(1);
        assertThat(image.topic("bad").orElseThrow().config())
                .isEqualTo(Map.of("min.insync.replicas", "2")); // as it was created
    }

    @Test
    void withoutABrokerThatSpeaksKafkaGroupsAreAwayForNowAndTheirPastIsNot() {
        for (String path : List.of("", "/g", "/g/consumers", "/g/lags", "/g/lag-summary")) {
            Rest.Answer answer = rest.get(admin.cluster("consumer-groups" + path));
            assertThat(answer.status()).as("%s", answer.json()).isEqualTo(503);
            assertThat(answer.errorCode()).isEqualTo(50302);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
        }
        assertThat(
                        rest.post(
                                        admin.cluster("consumer-groups/g/offsets:reset"),
                                        "{\"to\":\"latest\"}")
                                .errorCode())
                .isEqualTo(50302);
        for (String path : List.of("offset-resets", "lag-history")) {
            assertThat(rest.get(admin.cluster("consumer-groups/g/" + path)).status())
                    .isEqualTo(200);
        }
    }

    private void topicCalledBad() {
        if (admin.image().topic("bad").isEmpty()) {
            assertThat(rest.post(admin.cluster("topics"), "{\"topic_name\":\"bad\"}").status())
                    .isEqualTo(201);
        }
    }

    @Test
    void anUnknownClusterIsNotFoundEverywhere() {
        String url = admin.url() + "/v3/clusters/other";
        for (String path : List.of("", "/topics", "/brokers", "/audit", "/catalog", "/topics/t")) {
            Rest.Answer answer = rest.get(url + path);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.errorCode()).isEqualTo(404);
            assertThat(answer.message()).isEqualTo("Cluster other cannot be found.");
        }
    }

    @Test
    void problemDetailsAreGivenToThoseWhoAskForThem() {
        Rest.Answer answer =
                rest.get(admin.cluster("topics/gone"), "Accept", "application/problem+json");
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.json().path("code").asString()).isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(answer.json().path("error_code").asInt()).isEqualTo(40403);
        assertThat(answer.json().path("status").asInt()).isEqualTo(404);
    }

    @Test
    void anAnswerThatIsNotAcceptedIs406() {
        Rest.Answer answer = rest.get(admin.cluster("topics"), "Accept", "application/xml");
        assertThat(answer.status()).isEqualTo(406);
        assertThat(answer.errorCode()).isEqualTo(406);
    }

    @Test
    void linksFollowTheHostHeaderAndNoForwardedOneUnlessConfigured() {
        Rest.Answer answer =
                rest.get(
                        admin.cluster("topics"),
                        "X-Forwarded-Host",
                        "evil.example",
                        "Forwarded",
                        "host=evil.example");
        assertThat(answer.json().toString()).doesNotContain("evil.example");
    }

    @Test
    void aRequestThatNoServletSeesStillGetsTheErrorBody() throws Exception {
        assertThat(raw("GET /v3/cl{usters HTTP/1.1"))
                .startsWith("HTTP/1.1 400")
                .contains("error_code");
        assertThat(raw("GET /v3/%zz HTTP/1.1")).startsWith("HTTP/1.1 400").contains("error_code");
        assertThat(raw("GET /v3/%2e%2e/%2e%2e HTTP/1.1"))
                .startsWith("HTTP/1.1 400")
                .contains("error_code");
        assertThat(raw("TRACE /v3/clusters HTTP/1.1")).contains("\"error_code\":405");
        assertThat(raw("GET /v3/clusters HTTP/1.1\r\nX: " + "x".repeat(70_000)))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void theConnectionStaysUsableAfterARefusal() throws Exception {
        String body = "{\"topic_name\":\"..\"}";
        String request =
                "POST /v3/clusters/%s/topics HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                        .formatted(admin.clusterId(), body.length());
        String answers =
                exchange(request + "\r\n" + body + request + "Connection: close\r\n\r\n" + body);
        assertThat(answers.split("HTTP/1.1 422", -1)).hasSize(3);
    }

    private String raw(String head) throws Exception {
        return exchange(head + "\r\nHost: x\r\nConnection: close\r\n\r\n");
    }

    private String exchange(String request) throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), URI.create(admin.url()).getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            InputStream in = socket.getInputStream();
            in.transferTo(answer);
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
