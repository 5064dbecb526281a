package io.headrace.testkit.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * HTTP calls as a test writes them. Every call has a timeout; an answer of any status is returned,
 * and no answer is an {@link UncheckedIOException}.
 *
 * <p>Headers are given as name, value, name, value.
 */
public final class Http implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(5))
                    .build();

    public HttpResponse<String> get(String url, String... headers) {
        return send(request(url, headers).GET().build(), BodyHandlers.ofString());
    }

    public HttpResponse<byte[]> getBytes(String url, String... headers) {
        return send(request(url, headers).GET().build(), BodyHandlers.ofByteArray());
    }

    /** For bodies that do not end, for example an event stream; the caller closes the stream. */
    public HttpResponse<InputStream> open(String url, String... headers) {
        return send(request(url, headers).GET().build(), BodyHandlers.ofInputStream());
    }

    public HttpResponse<String> post(String url, String contentType, String body) {
        return send(
                request(url, "Content-Type", contentType)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    public HttpResponse<String> post(String url, String contentType, byte[] body) {
        return send(
                request(url, "Content-Type", contentType)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofString());
    }

    public HttpResponse<String> put(String url, String contentType, String body) {
        return send(
                request(url, "Content-Type", contentType)
                        .PUT(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    public HttpResponse<String> delete(String url) {
        return send(request(url).DELETE().build(), BodyHandlers.ofString());
    }

    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return client.send(request, body);
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + request.uri(), e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    private static HttpRequest.Builder request(String url, String... headers) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
        return headers.length == 0 ? builder : builder.headers(headers);
    }
}
