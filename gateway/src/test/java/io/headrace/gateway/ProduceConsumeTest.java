package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The main job through real sockets: what is posted comes back. */
class ProduceConsumeTest {

    private static final String JSON = "application/vnd.kafka.json.v2+json";
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

    private static String topic(String name, int partitions) throws Exception {
        gateway.createTopic(name, partitions, Map.of());
        return gateway.url() + "/topics/" + name;
    }

    @Test
    void jsonRecordsComeBackAsTheyWereSent() throws Exception {
        String topic = topic("fidelity", 1);
        HttpResponse<String> produced =
                http.post(
                        topic,
                        JSON,
                        """
                        {"records":[
                          {"key":"k1","value":{"b": 9007199254740993, "a" : 1.10 , "e":1E400, "s":" x  y "}},
                          {"value":null},
                          {"value":"text \\u00e9 \\/"},
                          {"key":[1, 2],"value":[ ]}
                        ]}""");
        assertThat(produced.statusCode()).isEqualTo(200);
        assertThat(produced.body())
                .isEqualTo(
                        "{\"offsets\":["
                                + "{\"partition\":0,\"offset\":0,\"error_code\":null,\"error\":null},"
                                + "{\"partition\":0,\"offset\":1,\"error_code\":null,\"error\":null},"
                                + "{\"partition\":0,\"offset\":2,\"error_code\":null,\"error\":null},"
                                + "{\"partition\":0,\"offset\":3,\"error_code\":null,\"error\":null}"
                                + "],\"key_schema_id\":null,\"value_schema_id\":null}");
        HttpResponse<String> read = http.get(topic + "/partitions/0/records", "Accept", JSON);
        assertThat(read.statusCode()).isEqualTo(200);
        assertThat(read.headers().firstValue("Headrace-Next-Offset")).hasValue("4");
        assertThat(read.headers().firstValue("Headrace-High-Watermark")).hasValue("4");
        assertThat(read.headers().firstValue("Content-Type")).hasValue(JSON);
        assertThat(read.body().replaceAll("\"timestamp\":\\d+", "\"timestamp\":0"))
                .isEqualTo(
                        "[{\"topic\":\"fidelity\",\"key\":\"k1\",\"value\":{\"b\":9007199254740993,\"a\":1.10,\"e\":1E400,\"s\":\" x  y \"},\"partition\":0,\"offset\":0,\"timestamp\":0},"
                                + "{\"topic\":\"fidelity\",\"key\":null,\"value\":null,\"partition\":0,\"offset\":1,\"timestamp\":0},"
                                + "{\"topic\":\"fidelity\",\"key\":null,\"value\":\"text \\u00e9 \\/\",\"partition\":0,\"offset\":2,\"timestamp\":0},"
                                + "{\"topic\":\"fidelity\",\"key\":[1,2],\"value\":[],\"partition\":0,\"offset\":3,\"timestamp\":0}]");
    }

    @Test
    void binaryRecordsWithHeadersAndTimestampsComeBack() throws Exception {
        String topic = topic("binary", 3);
        long now = System.currentTimeMillis();
        HttpResponse<String> produced =
                http.post(
                        topic + "/partitions/2",
                        BINARY,
                        "{\"records\":[{\"key\":\"a2V5\",\"value\":\"AAEC\\/w\",\"timestamp\":"
                                + now
                                + ",\"headers\":[{\"key\":\"h\",\"value\":\"aGk=\"},{\"key\":\"n\",\"value\":null}]},"
                                + "{\"value\":\"\",\"partition\":1}]}");
        assertThat(produced.body()).contains("{\"partition\":2,\"offset\":0,");
        assertThat(produced.body()).contains("{\"partition\":1,\"offset\":0,");
        assertThat(http.get(topic + "/partitions/2/records?format=binary").body())
                .isEqualTo(
                        "[{\"topic\":\"binary\",\"key\":\"a2V5\",\"value\":\"AAEC/w==\",\"partition\":2,\"offset\":0,"
                                + "\"timestamp\":"
                                + now
                                + ",\"headers\":[{\"key\":\"h\",\"value\":\"aGk=\"},{\"key\":\"n\",\"value\":null}]}]");
        assertThat(http.get(topic + "/partitions/2/records").body())
                .contains("\"value\":\"AAEC/w==\"", "\"value_encoding\":\"base64\"")
                .contains("\"key\":\"key\"", "\"key_encoding\":\"text\"");
    }

    @Test
    void aPlainBodyIsOneRecordAndLinesAreMany() throws Exception {
        String topic = topic("plain", 1);
        assertThat(http.post(topic + "?key=k", "text/plain", "hello\nworld\n").statusCode())
                .isEqualTo(200);
        assertThat(http.post(topic + "?lines=true", "text/plain", "one\r\ntwo\n\nfour").body())
                .contains("\"offset\":4");
        String read = http.get(topic + "/partitions/0/records?format=text").body();
        assertThat(read)
                .contains("\"key\":\"k\",\"value\":\"hello\\nworld\\n\"")
                .contains("\"value\":\"one\"", "\"value\":\"two\"", "\"value\":\"\"")
                .contains("\"value\":\"four\"");
        byte[] all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        http.post(topic, "application/octet-stream", all);
        assertThat(http.get(topic + "/partitions/0/records?offset=5&format=binary").body())
                .contains(java.util.Base64.getEncoder().encodeToString(all));
    }

    @Test
    void ndjsonGoesInAndComesOutLineByLine() throws Exception {
        String topic = topic("ndjson", 1);
        String lines = "{\"a\": 1}\n\n[2]\n\"three\"\nnull\n";
        assertThat(http.post(topic, "application/x-ndjson", lines).statusCode()).isEqualTo(200);
        long now = System.currentTimeMillis();
        http.post(
                topic + "?keyed=true",
                "application/x-ndjson",
                "{\"key\":\"k\",\"value\":5,\"timestamp\":" + now + "}");
        HttpResponse<String> read =
                http.get(topic + "/partitions/0/records", "Accept", "application/x-ndjson");
        assertThat(read.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        assertThat(read.body().lines().toList())
                .hasSize(5)
                .anySatisfy(line -> assertThat(line).contains("\"value\":{\"a\":1},"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .contains(
                                                "\"key\":\"k\",\"value\":5",
                                                "\"timestamp\":" + now));
    }

    @Test
    void pagesAlwaysMakeProgressWhateverTheLimits() throws Exception {
        String topic = topic("pages", 1);
        StringBuilder body = new StringBuilder("{\"records\":[");
        for (int i = 0; i < 100; i++) {
            body.append(i == 0 ? "" : ",").append("{\"value\":\"").append("x".repeat(i * 10));
            body.append("\"}");
        }
        http.post(topic, JSON, body.append("]}").toString());
        long next = 0;
        int pages = 0;
        int records = 0;
        while (next < 100) {
            HttpResponse<String> page =
                    http.get(topic + "/partitions/0/records?max_bytes=300&offset=" + next);
            long after =
                    Long.parseLong(page.headers().firstValue("Headrace-Next-Offset").orElseThrow());
            assertThat(after).isGreaterThan(next);
            records += page.body().split("\"topic\"", -1).length - 1;
            next = after;
            pages++;
        }
        assertThat(records).isEqualTo(100);
        assertThat(pages).isGreaterThan(10);
        assertThat(http.get(topic + "/partitions/0/records?count=3&offset=90").body())
                .contains("\"offset\":92")
                .doesNotContain("\"offset\":93");
    }

    @Test
    void metadataFollowsTheV2Convention() throws Exception {
        String topic = topic("meta", 2);
        assertThat(http.get(topic).statusCode()).isEqualTo(200);
        assertThat(http.get(gateway.url() + "/brokers").body()).isEqualTo("{\"brokers\":[1]}");
        assertThat(http.get(gateway.url() + "/topics").body()).contains("\"meta\"");
        assertThat(http.get(topic).body())
                .startsWith("{\"name\":\"meta\",\"configs\":{")
                .contains("\"cleanup.policy\":\"delete\"")
                .contains(
                        "{\"partition\":1,\"leader\":1,\"replicas\":[{\"broker\":1,\"leader\":true,\"in_sync\":true}]}");
        assertThat(http.get(topic + "/partitions").body()).startsWith("[{\"partition\":0,");
        assertThat(http.get(topic + "/partitions/1").body()).startsWith("{\"partition\":1,");
        http.post(topic + "/partitions/1", "text/plain", "x".getBytes(StandardCharsets.UTF_8));
        assertThat(http.get(topic + "/partitions/1/offsets").body())
                .isEqualTo("{\"beginning_offset\":0,\"end_offset\":1}");
        assertThat(http.get(gateway.url() + "/").body()).contains("test-cluster");
    }
}
