package io.headrace.admin.wiring;

import io.headrace.testkit.http.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON calls as the admin tests write them. */
public final class Rest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Http http = new Http();

    /** An answer of any status. */
    public record Answer(int status, JsonNode json, HttpResponse<byte[]> raw) {
        public int errorCode() {
            return json.path("error_code").asInt(-1);
        }

        public String message() {
            return json.path("message").asString("");
        }

        public String header(String name) {
            return raw.headers().firstValue(name).orElse("");
        }
    }

    public Answer get(String url, String... headers) {
        return call("GET", url, null, headers);
    }

    public Answer post(String url, String json) {
        return call("POST", url, json, "Content-Type", "application/json");
    }

    public Answer put(String url, String json) {
        return call("PUT", url, json, "Content-Type", "application/json");
    }

    public Answer patch(String url, String json) {
        return call("PATCH", url, json, "Content-Type", "application/json");
    }

    public Answer delete(String url) {
        return call("DELETE", url, null);
    }

    public Answer call(String method, String url, String body, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(Duration.ofSeconds(60))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<byte[]> raw =
                http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(raw.statusCode(), json(raw.body()), raw);
    }

    private static JsonNode json(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        return text.startsWith("{") || text.startsWith("[")
                ? JSON.readTree(text)
                : JSON.getNodeFactory().stringNode(text);
    }
}
