package io.headrace.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseParserTest {

    private final ResponseParser parser = new ResponseParser();

    private static final String WITH_LENGTH =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\ncontent-LENGTH: 5\r\n\r\nhello";
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\nA;x=1\r\no, world!!\r\n0\r\nTrailer: 1\r\n\r\n";

    @Test
    void reads_a_body_with_a_length() throws WrongAnswerException {
        assertThat(parse(WITH_LENGTH)).isTrue();
        assertThat(parser.status()).isEqualTo(200);
        assertThat(parser.isLast()).isFalse();
        assertThat(parser.bodyBytes()).isEqualTo(5);
        assertThat(body()).isEqualTo("hello");
    }

    @Test
    void reads_a_chunked_body_with_extensions_and_trailers() throws WrongAnswerException {
        assertThat(parse(CHUNKED)).isTrue();
        assertThat(parser.bodyBytes()).isEqualTo(14);
        assertThat(body()).isEqualTo("hello, world!!");
    }

    @ParameterizedTest
    @ValueSource(strings = {WITH_LENGTH, CHUNKED})
    void reads_the_same_when_bytes_come_one_by_one(String response) throws WrongAnswerException {
        parse(response);
        String whole = body();
        parser.reset(true);
        byte[] bytes = response.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes.length; i++) {
            boolean isDone = parser.accept(ByteBuffer.wrap(bytes, i, 1));
            assertThat(isDone).isEqualTo(i == bytes.length - 1);
        }
        assertThat(body()).isEqualTo(whole);
    }

    @Test
    void stops_at_the_end_of_a_response_and_reads_the_next_after_a_reset()
            throws WrongAnswerException {
        ByteBuffer input = ascii(WITH_LENGTH + CHUNKED);
        parser.reset(true);
        assertThat(parser.accept(input)).isTrue();
        assertThat(body()).isEqualTo("hello");
        parser.reset(true);
        assertThat(parser.accept(input)).isTrue();
        assertThat(body()).isEqualTo("hello, world!!");
        assertThat(input.hasRemaining()).isFalse();
    }

    @Test
    void counts_a_body_that_is_not_kept() throws WrongAnswerException {
        parser.reset(false);
        assertThat(parser.accept(ascii(CHUNKED))).isTrue();
        assertThat(parser.bodyBytes()).isEqualTo(14);
        assertThat(parser.body().remaining()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
            })
    void knows_responses_without_a_body(String response) throws WrongAnswerException {
        assertThat(parse(response)).isTrue();
        assertThat(parser.bodyBytes()).isZero();
    }

    @Test
    void sees_that_the_server_will_close() throws WrongAnswerException {
        parse("HTTP/1.1 400 Bad Request\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n");
        assertThat(parser.isLast()).isTrue();
        assertThat(parser.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 12x\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"
            })
    void refuses_what_is_no_such_response(String response) {
        assertThatThrownBy(() -> parse(response)).isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void refuses_an_endless_head() {
        String endless = "HTTP/1.1 200 OK\r\nX: " + "x".repeat(20_000);
        assertThatThrownBy(() -> parse(endless)).isInstanceOf(WrongAnswerException.class);
    }

    private boolean parse(String response) throws WrongAnswerException {
        parser.reset(true);
        return parser.accept(ascii(response));
    }

    private String body() {
        return StandardCharsets.US_ASCII.decode(parser.body()).toString();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
