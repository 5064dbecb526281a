package io.headrace.standalone.demo;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The three HTTP calls of the demo; each has a timeout, and any answer but success is an error. */
final class GatewayCalls {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();
    private final String gateway;

    GatewayCalls(String gateway) {
        this.gateway = gateway;
    }

    void createTopic(String cluster, String topic) throws IOException {
        String body = "{\"topic_name\":\"" + topic + "\",\"partitions_count\":1}";
        HttpRequest request =
                request("/v3/clusters/" + cluster + "/topics")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build();
        check(send(request, BodyHandlers.ofString()));
    }

    /** Appends each line of the body as one record. */
    void produceLines(String topic, byte[] lines, int length) throws IOException {
        HttpRequest request =
                request("/topics/" + topic + "/partitions/0?lines=true")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofByteArray(lines, 0, length))
                        .build();
        check(send(request, BodyHandlers.ofString()));
    }

    /** An endless stream of one JSON object per line; values in base64. */
    InputStream follow(String topic) throws IOException {
        HttpRequest request =
                request(
                                "/topics/"
                                        + topic
                                        + "/partitions/0/records?offset=0&follow=true&format=binary")
                        .header("Accept", "application/x-ndjson")
                        .GET()
                        .build();
        HttpResponse<InputStream> answer = send(request, BodyHandlers.ofInputStream());
        if (answer.statusCode() != 200) {
            throw new IOException("following answered " + answer.statusCode());
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(gateway + path)).timeout(TIMEOUT);
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
            throws IOException {
        try {
            return client.send(request, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static void check(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() / 100 != 2) {
            throw new IOException(
                    answer.uri().getPath()
                            + " answered "
                            + answer.statusCode()
                            + ": "
                            + answer.body());
        }
    }
}
