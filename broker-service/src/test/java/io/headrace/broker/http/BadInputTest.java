package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.record.BatchesHttp;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad requests get a problem with a stable code, and the connection stays usable. */
class BadInputTest {

    @TempDir static Path folder;
    private static RunningBroker broker;
    private static final String T = "/v1/topics/bad/partitions/0";

    @BeforeAll
    static void start() throws Exception {
        broker = RunningBroker.start(folder, "--headrace.broker.http.request-bytes-max=1MB");
        broker.createTopic("bad", 1, Map.of("max.message.bytes", "100000"));
        broker.post(broker.batches("bad", 0), RunningBroker.batch("good"));
    }

    @AfterAll
    static void stop() throws Exception {
        assertThat(broker.get(broker.url() + T).body()).contains("\"log_end_offset\":1,");
        broker.close();
    }

    @ParameterizedTest(name = "{0} {1} {2} is {3} {4}")
    @CsvSource(
            delimiter = ' ',
            textBlock =
                    """
                    GET /v1/topics/bad/partitions/0/batches - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset= - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=-1 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=x - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=1e3 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=9223372036854775808 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=9223372036854775807 - 416 OFFSET_OUT_OF_RANGE
                    GET /v1/topics/bad/partitions/0/batches?offset=2 - 416 OFFSET_OUT_OF_RANGE
                    GET /v1/topics/bad/partitions/0/batches?offset=0&max_bytes=0 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=0&max_bytes=99999999999 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=0&min_bytes=-5 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=0&max_wait_ms=-1 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=%zz - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/batches?offset=0 Accept:text/html 406 NOT_ACCEPTABLE
                    PUT /v1/topics/bad/partitions/0/batches?offset=0 - 405 METHOD_NOT_ALLOWED
                    DELETE /v1/topics/bad/partitions/0/batches - 405 METHOD_NOT_ALLOWED
                    POST /v1/topics/bad/partitions/0/batches - 415 UNSUPPORTED_MEDIA_TYPE
                    POST /v1/topics/bad/partitions/0/batches Content-Type:application/json 415 UNSUPPORTED_MEDIA_TYPE
                    POST /v1/topics/bad/partitions/0/batches?acks=2 Content-Type:application/vnd.headrace.batches 400 INVALID_REQUIRED_ACKS
                    POST /v1/topics/bad/partitions/0/batches?timeout_ms=-1 Content-Type:application/vnd.headrace.batches 400 INVALID_REQUEST
                    POST /v1/topics/bad/partitions/0/batches?leader_epoch=-2 Content-Type:application/vnd.headrace.batches 400 INVALID_REQUEST
                    POST /v1/topics/bad/partitions/1/batches Content-Type:application/vnd.headrace.batches 404 UNKNOWN_TOPIC_OR_PARTITION
                    GET /v1/topics/none/partitions/0/batches?offset=0 - 404 UNKNOWN_TOPIC_OR_PARTITION
                    GET /v1/topics/bad/partitions/1/batches?offset=0 - 404 UNKNOWN_TOPIC_OR_PARTITION
                    GET /v1/topics/bad/partitions/2147483647/batches?offset=0 - 404 UNKNOWN_TOPIC_OR_PARTITION
                    GET /v1/topics/bad/partitions/2147483648/batches?offset=0 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/-1/batches?offset=0 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/x/batches?offset=0 - 400 INVALID_REQUEST
                    GET /v1/topics/../partitions/0/batches?offset=0 - 400 INVALID_TOPIC_EXCEPTION
                    GET /v1/topics/%2e%2e/partitions/0/batches?offset=0 - 400 INVALID_TOPIC_EXCEPTION
                    GET /v1/topics/a%2Fb/partitions/0/batches?offset=0 - 400 INVALID_TOPIC_EXCEPTION
                    GET /v1/topics/a%00b/partitions/0/batches?offset=0 - 400 INVALID_TOPIC_EXCEPTION
                    GET /v1/topics/bad;x=1/partitions/0/batches?offset=0 - 400 INVALID_TOPIC_EXCEPTION
                    GET /v1/topics//partitions/0/batches?offset=0 - 400 INVALID_TOPIC_EXCEPTION
                    GET /v1/topics/a/b/partitions/0/batches?offset=0 - 404 NOT_FOUND
                    GET /v1/topics/bad/partitions/0/batches/1?offset=0 - 404 NOT_FOUND
                    GET /v1/topics/bad/partitions/0/elsewhere - 404 NOT_FOUND
                    GET /v1/ - 404 NOT_FOUND
                    GET /v2/topics - 404 NOT_FOUND
                    GET /actuator/env - 404 NOT_FOUND
                    GET /v1/topics/bad/partitions/0/offsets - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/offsets?timestamp=-5 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/offsets?timestamp=now - 400 INVALID_REQUEST
                    GET /v1/topics/none/partitions/0/offsets?timestamp=latest - 404 UNKNOWN_TOPIC_OR_PARTITION
                    POST /v1/topics/bad/partitions/0/offsets?timestamp=latest - 405 METHOD_NOT_ALLOWED
                    GET /v1/topics/bad/partitions/0/segments/7 - 404 NOT_FOUND
                    GET /v1/topics/bad/partitions/0/segments/-1 - 400 INVALID_REQUEST
                    GET /v1/topics/bad/partitions/0/segments/x - 400 INVALID_REQUEST
                    POST /v1/topics/bad/partitions/0 - 405 METHOD_NOT_ALLOWED
                    """)
    void badRequests(String method, String uri, String header, int status, String code)
            throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            String extra = header.equals("-") ? "" : header.replace(":", ": ") + "\r\n";
            raw.send(
                    method
                            + " "
                            + uri
                            + " HTTP/1.1\r\nHost: x\r\n"
                            + extra
                            + "Content-Length: 0\r\n\r\n");
            RawHttp.Answer answer = raw.answer();
            assertThat(answer.status()).as(answer.text()).isEqualTo(status);
            assertThat(answer.head().toLowerCase(Locale.ROOT))
                    .contains("content-type: application/problem+json");
            assertThat(answer.text())
                    .contains("\"code\":\"" + code + "\"")
                    .contains("\"status\":" + status)
                    .contains("\"retriable\":");
            raw.request("GET", T);
            assertThat(raw.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void truncatedAndBitFlippedBatchesAreRefusedAndLeaveNoTrace() throws Exception {
        long seed = Long.getLong("headrace.seed", 20261123);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] good = RunningBroker.batch("one", "two", "three");
        try (RawHttp raw = new RawHttp(broker.port())) {
            for (int i = 0; i < 60; i++) {
                byte[] bad = good.clone();
                if (i % 2 == 0) {
                    bad = Arrays.copyOf(bad, random.nextInt(bad.length));
                } else {
                    // Not the base offset and the leader epoch: the broker assigns these.
                    int at = 16 + random.nextInt(bad.length - 16);
                    bad[at] ^= (byte) (1 << random.nextInt(8));
                }
                RawHttp.Answer answer = post(raw, bad);
                assertThat(answer.status())
                        .as("seed %d, %s", seed, answer.text())
                        .isBetween(400, 499);
                assertThat(answer.text()).contains("\"outcome\":\"not_done\"");
            }
            ByteBuffer huge = ByteBuffer.wrap(good.clone());
            huge.putInt(8, Integer.MAX_VALUE);
            assertThat(post(raw, huge.array()).status()).isEqualTo(400);
            huge.putInt(8, -1);
            assertThat(post(raw, huge.array()).status()).isEqualTo(400);
        }
    }

    @Test
    void aBatchLargerThanTheTopicAllowsIsRefused() throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            RawHttp.Answer answer = post(raw, RunningBroker.batch("x".repeat(200_000)));
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("MESSAGE_TOO_LARGE");
        }
    }

    @Test
    void aBodyBeyondTheLimitIsRefusedWithoutBeingRead() throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send(head("Content-Length: 1073741824"));
            RawHttp.Answer answer = raw.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.text()).contains("RECORD_LIST_TOO_LARGE");
        }
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send(head("Transfer-Encoding: chunked"));
            byte[] chunk =
                    ("10000\r\n" + "x".repeat(65536) + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 17; i++) {
                raw.send(chunk);
            }
            assertThat(raw.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void whatTheCodecRefusesGetsTheSameErrorBody() throws Exception {
        refused("GET " + T + "?x=" + "y".repeat(20_000), "", 414, "URI_TOO_LONG");
        refused(
                "GET " + T,
                "Big: " + "y".repeat(40_000) + "\r\n",
                431,
                "REQUEST_HEADER_FIELDS_TOO_LARGE");
        refused("GET " + T, "no colon\r\n", 400, "INVALID_REQUEST");
        refused("POST " + T + "/batches", "Content-Length: x\r\n", 400, "INVALID_REQUEST");
    }

    private static void refused(String line, String header, int status, String code)
            throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.send(line + " HTTP/1.1\r\nHost: x\r\n" + header + "\r\n");
            RawHttp.Answer answer = raw.answer();
            assertThat(answer.status()).as(answer.text()).isEqualTo(status);
            assertThat(answer.head().toLowerCase(Locale.ROOT))
                    .contains("content-type: application/problem+json")
                    .contains("connection: close");
            assertThat(answer.text())
                    .contains("\"status\":" + status)
                    .contains("\"code\":\"" + code + "\"");
        }
    }

    private static RawHttp.Answer post(RawHttp raw, byte[] body) throws Exception {
        raw.send(head("Content-Length: " + body.length));
        raw.send(body);
        return raw.answer();
    }

    private static String head(String length) {
        return String.join(
                "\r\n",
                "POST " + T + "/batches HTTP/1.1",
                "Host: x",
                "Content-Type: " + BatchesHttp.MEDIA_TYPE,
                length,
                "",
                "");
    }
}
