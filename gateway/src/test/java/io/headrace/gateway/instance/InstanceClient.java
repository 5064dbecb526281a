package io.headrace.gateway.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.http.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One consumer instance, driven as an HTTP client drives it; its URL can be any gateway's. */
final class InstanceClient {

    static final String V2 = "application/vnd.kafka.v2+json";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Http http;
    private final String path;
    private final String url;

    private InstanceClient(Http http, String gateway, String path) {
        this.http = http;
        this.path = path;
        this.url = gateway + path;
    }

    static InstanceClient create(Http http, String gateway, String group, String body) {
        HttpResponse<String> answer = http.post(gateway + "/consumers/" + group, V2, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        String base = JSON.readTree(answer.body()).path("base_uri").asString("");
        assertThat(base).startsWith(gateway + "/consumers/");
        return new InstanceClient(http, gateway, base.substring(gateway.length()));
    }

    static String settings(String name, String format, boolean isAutoCommitting) {
        return "{\"name\":\"%s\",\"format\":\"%s\",\"auto.offset.reset\":\"earliest\",\"auto.commit.enable\":\"%s\"}"
                .formatted(name, format, isAutoCommitting);
    }

    /** The same instance by way of another gateway. */
    InstanceClient through(String gateway) {
        return new InstanceClient(http, gateway, path);
    }

    String url() {
        return url;
    }

    InstanceClient subscribe(String topic) {
        HttpResponse<String> answer = post("/subscription", "{\"topics\":[\"" + topic + "\"]}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        return this;
    }

    HttpResponse<String> post(String call, String body) {
        return http.post(url + call, V2, body);
    }

    HttpResponse<String> get(String call, String... headers) {
        return http.get(url + call, headers);
    }

    HttpResponse<String> getWithBody(String call, String body) {
        return http.send(
                HttpRequest.newBuilder(URI.create(url + call))
                        .timeout(Duration.ofSeconds(60))
                        .header("Content-Type", V2)
                        .method("GET", BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    HttpResponse<String> delete(String call) {
        return http.delete(url + call);
    }

    /** One read, which must succeed. */
    List<JsonNode> read(String query) {
        HttpResponse<String> answer = get("/records" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        List<JsonNode> records = new ArrayList<>();
        JSON.readTree(answer.body()).forEach(records::add);
        return records;
    }

    /** Reads until so many records came, at most 20 times. */
    List<JsonNode> readAll(int count) {
        List<JsonNode> records = new ArrayList<>();
        for (int i = 0; i < 20 && records.size() < count; i++) {
            records.addAll(read("?timeout=1000"));
        }
        assertThat(records).hasSize(count);
        return records;
    }

    /** The stored offset of a partition, or -1. */
    long committed(String topic, int partition) {
        JsonNode offsets =
                JSON.readTree(get("/offsets?topic=" + topic + "&partition=" + partition).body())
                        .path("offsets");
        return offsets.isEmpty() ? -1 : offsets.get(0).path("offset").asLong(-1);
    }
}
