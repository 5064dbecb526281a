package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.gateway.http.InFlightBytes;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bytes on the socket that no HTTP client would send, and the limits on what a client may hold. */
class TransportTest {

    private static GatewayFixture gateway;

    @BeforeAll
    static void start() throws Exception {
        gateway =
                GatewayFixture.start(
                        "--headrace.gateway.http.body-bytes-max=100KB",
                        "--headrace.gateway.http.in-flight-bytes-max=3200KB");
        gateway.createTopic("t", 1, Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        gateway.close();
    }

    private static Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    /** Head and body of one answer with a Content-Length. */
    private static String answer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                return text.toString();
            }
            text.append((char) b);
        }
        String head = text.toString().toLowerCase(java.util.Locale.ROOT);
        int at = head.indexOf("content-length: ");
        int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        text.append(new String(in.readNBytes(length), StandardCharsets.UTF_8));
        return text.toString();
    }

    private static String post(String body) {
        return "POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body;
    }

    @Test
    void theConnectionIsUsableAfterABadBody() throws Exception {
        try (Socket socket = connect()) {
            send(socket, post("{\"records\":["));
            assertThat(answer(socket)).startsWith("HTTP/1.1 400").contains("\"error_code\":400");
            send(socket, post("{\"records\":[{\"value\":1}]}"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 200").contains("\"offset\":");
            send(socket, "DELETE /topics/t HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 405").contains("allow: POST, GET");
            send(socket, "HEAD /topics/t HTTP/1.1\r\nHost: x\r\n\r\n");
            String head = readHead(socket);
            assertThat(head).startsWith("HTTP/1.1 200");
            send(socket, post("{\"records\":[{\"value\":1}]}"));
            assertThat(answer(socket)).startsWith("HTTP/1.1 200");
        }
    }

    private static String readHead(Socket socket) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\n")) {
            text.append((char) socket.getInputStream().read());
        }
        return text.toString();
    }

    /** Answers that end on a broker connection's event loop used to lose the next request. */
    @Test
    void aConnectionAnswersRequestAfterRequestWithoutAPause() throws Exception {
        String get = "GET /topics/t HTTP/1.1\r\nHost: x\r\n\r\n";
        for (int i = 0; i < 50; i++) {
            try (Socket socket = connect()) {
                for (String request :
                        new String[] {post("{\"records\":[{\"value\":1}]}"), get, get, get}) {
                    send(socket, request);
                    assertThat(answer(socket)).startsWith("HTTP/1.1 200");
                }
            }
        }
    }

    /** Spring ends its answers on workers, which used to lose the next request too. */
    @Test
    void springsAnswersLeaveTheConnectionUsable() throws Exception {
        String own = "GET /topics/t HTTP/1.1\r\nHost: x\r\n\r\n";
        for (int i = 0; i < 50; i++) {
            try (Socket socket = connect()) {
                for (String path :
                        new String[] {
                            "/actuator/health", "/actuator/prometheus", "/openapi/json"
                        }) {
                    send(socket, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" + own);
                    assertThat(answer(socket)).startsWith("HTTP/1.1 200");
                    assertThat(answer(socket)).startsWith("HTTP/1.1 200");
                    send(socket, own);
                    assertThat(answer(socket)).startsWith("HTTP/1.1 200");
                }
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        try (Socket socket = connect()) {
            send(socket, post("{\"records\":[{\"value\":1}]}").repeat(3));
            for (int i = 0; i < 3; i++) {
                assertThat(answer(socket)).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void tooLongTargetsAndHeadersHaveTheErrorBody() throws Exception {
        try (Socket socket = connect()) {
            send(socket, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 414").contains("\"error_code\":414");
        }
        try (Socket socket = connect()) {
            send(socket, "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(20_000) + "\r\n\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 431").contains("\"error_code\":431");
        }
        try (Socket socket = connect()) {
            send(socket, "this is not HTTP\r\n\r\n");
            assertThat(answer(socket)).startsWith("HTTP/1.1 400").contains("\"error_code\":400");
        }
    }

    @Test
    void aBodyOverTheLimitIsRefusedBeforeItIsRead() throws Exception {
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\n\r\n{");
            assertThat(answer(socket))
                    .startsWith("HTTP/1.1 413")
                    .contains("\"error_code\":413", "connection: close");
        }
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
            send(socket, chunk.repeat(7));
            assertThat(answer(socket)).startsWith("HTTP/1.1 413").contains("\"error_code\":413");
        }
    }

    @Test
    void whatDoesNotFitTheBudgetIsAskedToWait() throws Exception {
        InFlightBytes budget = gateway.context().getBean(InFlightBytes.class);
        await().until(() -> budget.taken() == 0);
        budget.take(3_200 * 1024);
        try (Socket socket = connect()) {
            send(socket, post("{\"records\":[{\"value\":1}]}"));
            assertThat(answer(socket))
                    .startsWith("HTTP/1.1 429")
                    .contains("\"error_code\":42901", "retry-after: 1");
        } finally {
            budget.giveBack(3_200 * 1024);
        }
    }

    @Test
    void aClientThatGoesAwayLeavesNothingBehind() throws Exception {
        InFlightBytes budget = gateway.context().getBean(InFlightBytes.class);
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /topics/t HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{");
            await().until(() -> budget.taken() >= 90_000);
        }
        await().until(() -> budget.taken() == 0);
        try (Socket socket = connect()) {
            send(
                    socket,
                    "GET /topics/t/partitions/0/records?offset=latest&timeout=30000 HTTP/1.1\r\nHost: x\r\n\r\n");
            await().until(() -> budget.taken() > 0);
        }
        await().until(() -> budget.taken() == 0);
    }
}
