package io.headrace.broker.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One connection, byte by byte: what well-behaved clients cannot send. */
final class RawHttp implements AutoCloseable {

    /** An answer with head and body as text. */
    record Answer(int status, String head, String text) {}

    private final Socket socket;

    RawHttp(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /** A request without a body. */
    void request(String method, String path) throws IOException {
        send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    /** The next answer, by its Content-Length. */
    Answer answer() throws IOException {
        String head = head().text();
        byte[] body = socket.getInputStream().readNBytes(contentLength(head));
        return new Answer(
                Integer.parseInt(head.substring(9, 12)),
                head,
                new String(body, StandardCharsets.UTF_8));
    }

    /** The head of the next answer; its body, if it has one, comes next. */
    Head head() throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + head);
            }
            head.write(next);
        }
        return new Head(head.toString(StandardCharsets.ISO_8859_1));
    }

    /** Status line and headers. */
    record Head(String text) {}

    private static int contentLength(String head) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Integer.parseInt(line.substring(15).strip());
            }
        }
        return 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
