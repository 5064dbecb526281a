package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers are compressed for those who ask for it, streams for nobody. */
class CompressionTest {

    private static final String TEXT = "application/vnd.kafka.text.v2+json";
    private static final String VALUE = "abc".repeat(10_000);

    private static GatewayFixture gateway;

    private final Http http = new Http();

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayFixture.start();
        gateway.createTopic("large", 1, Map.of());
        try (Http http = new Http()) {
            HttpResponse<String> stored =
                    http.post(
                            gateway.url() + "/topics/large",
                            TEXT,
                            "{\"records\":[{\"value\":\"" + VALUE + "\"}]}");
            assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    private static String records(String more) {
        return gateway.url() + "/topics/large/partitions/0/records?offset=0" + more;
    }

    @Test
    void aPageOfRecordsIsCompressedForWhoAsksForIt() throws Exception {
        HttpResponse<byte[]> page =
                http.getBytes(records(""), "Accept", TEXT, "Accept-Encoding", "gzip");
        assertThat(page.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(page.body().length).isLessThan(VALUE.length() / 10);
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(page.body()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains(VALUE);
        }
    }

    @Test
    void aPageIsAsItWasForWhoDoesNotAsk() {
        HttpResponse<String> page = http.get(records(""), "Accept", TEXT);
        assertThat(page.headers().firstValue("content-encoding")).isEmpty();
        assertThat(page.body()).contains(VALUE);
    }

    @Test
    void aStreamIsNeverCompressedSoThatNothingWaitsInTheCompressor() throws Exception {
        HttpResponse<InputStream> stream =
                http.open(
                        records("&follow=true"),
                        "Accept",
                        "application/x-ndjson",
                        "Accept-Encoding",
                        "gzip");
        try (InputStream in = stream.body()) {
            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(stream.headers().firstValue("content-encoding")).isEmpty();
            assertThat(in.readNBytes(VALUE.length())).hasSize(VALUE.length());
        }
    }
}
