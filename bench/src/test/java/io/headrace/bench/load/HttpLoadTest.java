package io.headrace.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.headrace.testkit.process.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpLoadTest {

    private static final byte[] REQUEST =
            "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @Test
    void counts_requests_records_bytes_and_latencies_of_a_real_server() throws IOException {
        HttpServer server = serve(200, "hello");
        try {
            LoadResult result = run(server.getAddress(), 4);
            assertThat(result.errors()).as(result.firstError()).isZero();
            assertThat(result.requests()).isPositive();
            assertThat(result.records()).isEqualTo(3 * result.requests());
            assertThat(result.bodyBytes()).isEqualTo(5 * result.requests());
            assertThat(result.latencyNs().getTotalCount()).isEqualTo(result.requests());
            assertThat(result.p99Ms()).isGreaterThanOrEqualTo(result.p50Ms());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void counts_wrong_answers_and_ends_after_many() throws IOException {
        HttpServer server = serve(500, "sorry");
        try {
            LoadResult result = run(server.getAddress(), 2, Duration.ofMinutes(1));
            assertThat(result.errors()).isGreaterThanOrEqualTo(100);
            assertThat(result.firstError()).isEqualTo("status 500");
            assertThat(result.records()).isZero();
        } finally {
            server.stop(0);
        }
    }

    @Test
    void runs_against_the_canned_server() throws IOException {
        try (ChildJvm child =
                ChildJvm.of(CannedServer.class.getName())
                        .args(Integer.toString(REQUEST.length), "5")
                        .start()) {
            String line = child.awaitLine(text -> text.startsWith("port "), Duration.ofSeconds(30));
            int port = Integer.parseInt(line.substring(5));
            InetAddress loopback = InetAddress.getLoopbackAddress();
            LoadResult result = run(new InetSocketAddress(loopback, port), 3);
            assertThat(result.errors()).as(result.firstError()).isZero();
            assertThat(result.requests()).isPositive();
        }
    }

    private static LoadResult run(InetSocketAddress server, int connections) throws IOException {
        return run(server, connections, Duration.ofMillis(300));
    }

    private static LoadResult run(InetSocketAddress server, int connections, Duration atMost)
            throws IOException {
        return new HttpLoad(server, () -> 0)
                .run(connections, i -> new Asks(), Duration.ZERO, atMost);
    }

    private static HttpServer serve(int status, String body) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext(
                "/",
                exchange -> {
                    byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
                    exchange.sendResponseHeaders(status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
        return server;
    }

    /** Takes 200 for three records. */
    private static final class Asks implements Conversation {

        @Override
        public ByteBuffer next() {
            return ByteBuffer.wrap(REQUEST);
        }

        @Override
        public long check(int status, ByteBuffer body, long bodyBytes) throws WrongAnswerException {
            if (status != 200) {
                throw new WrongAnswerException("status " + status);
            }
            assertThat(body.remaining()).isEqualTo(5);
            return 3;
        }
    }
}
