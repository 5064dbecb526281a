package io.headrace.bench.machine;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Single HTTP calls that prepare a bench; nothing that is measured goes through here. */
public final class Calls {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(TIMEOUT)
                    .build();

    private Calls() {}

    /** The body of the answer to a GET, whatever its status. */
    public static HttpResponse<byte[]> get(String url) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build(),
                BodyHandlers.ofByteArray());
    }

    /**
     * @throws IOException if the status is another one than expected; the message holds the body
     */
    public static String postJson(String url, String body, int expected)
            throws IOException, InterruptedException {
        return post(
                url,
                "application/json",
                body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                expected);
    }

    public static String post(String url, String type, byte[] body, int expected)
            throws IOException, InterruptedException {
        HttpResponse<String> answer =
                CLIENT.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .timeout(TIMEOUT)
                                .header("Content-Type", type)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException(
                    "POST " + url + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    /** Asks again and again until the answer is 200. */
    public static void awaitOk(String url, Duration timeout)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        String last = "nothing";
        while (System.nanoTime() < deadlineNs) {
            try {
                HttpResponse<byte[]> answer = get(url);
                if (answer.statusCode() == 200) {
                    return;
                }
                last = Integer.toString(answer.statusCode());
            } catch (ConnectException e) {
                last = "connection refused";
            }
            Thread.sleep(20);
        }
        throw new IOException("GET " + url + " answered " + last + " for " + timeout);
    }
}
