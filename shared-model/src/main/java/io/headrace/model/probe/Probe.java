package io.headrace.model.probe;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Asks the service on this machine whether it is ready: exit code 0 if so, 1 if not. The argument
 * is the port, unless {@code SERVER_PORT} says another one. Sockets only: an HTTP client would take
 * longer to load than the whole question.
 */
public final class Probe {

    private static final int TIMEOUT_MS = 4000;
    private static final String QUESTION =
            "GET /actuator/health/readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final String READY = "HTTP/1.1 200";

    private Probe() {}

    public static void main(String[] args) {
        int port = port(args[0], System.getenv());
        String answer;
        try {
            answer = ask(port);
        } catch (IOException e) {
            answer = e.toString();
        }
        System.out.println(answer);
        System.exit(answer.startsWith(READY) ? 0 : 1);
    }

    static int port(String usual, Map<String, String> environment) {
        return Integer.parseInt(environment.getOrDefault("SERVER_PORT", usual));
    }

    /** The beginning of the answer, long enough to tell ready from not ready. */
    static String ask(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            OutputStream out = socket.getOutputStream();
            out.write(QUESTION.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            return new String(in.readNBytes(READY.length()), StandardCharsets.US_ASCII);
        }
    }
}
