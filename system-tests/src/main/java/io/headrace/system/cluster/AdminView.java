package io.headrace.system.cluster;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks one admin-service after the other until one answers, first the one that did before. */
public final class AdminView {

    private static final Duration ASK_MAX = Duration.ofSeconds(3);

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private final List<Node> admins;
    private volatile String clusterPath = "";
    private volatile int first; // answered last

    AdminView(List<Node> admins) {
        this.admins = admins;
    }

    /**
     * One replica of a partition.
     *
     * @param leads whether it is the leader
     */
    public record Replica(int broker, boolean leads, boolean isInSync) {}

    private String clusterPath() throws IOException {
        if (clusterPath.isEmpty()) {
            clusterPath = "/v3/clusters/" + ask("/v3/clusters").at("/data/0/cluster_id").asString();
        }
        return clusterPath;
    }

    public void createTopic(String topic, int partitions, int replicas, Map<String, String> configs)
            throws IOException {
        String settings =
                configs.entrySet().stream()
                        .map(
                                each ->
                                        "{\"name\":\"%s\",\"value\":\"%s\"}"
                                                .formatted(each.getKey(), each.getValue()))
                        .collect(Collectors.joining(","));
        String body =
                """
                {"topic_name":"%s","partitions_count":%d,"replication_factor":%d,"configs":[%s]}"""
                        .formatted(topic, partitions, replicas, settings);
        for (Node admin : admins) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(admin.url() + clusterPath() + "/topics"))
                            .header("Content-Type", "application/json")
                            .timeout(Duration.ofSeconds(30))
                            .POST(BodyPublishers.ofString(body))
                            .build();
            if (send(request).statusCode() == 201) {
                return;
            }
        }
        throw new IOException("topic " + topic + " was not created");
    }

    /** What one of them answers to this path below the cluster. */
    public HttpResponse<String> get(Node admin, String path, Duration bound) throws IOException {
        return send(
                HttpRequest.newBuilder(URI.create(admin.url() + clusterPath() + path))
                        .timeout(bound)
                        .build());
    }

    /** What one of them answers to this body, sent below the cluster. */
    public HttpResponse<String> post(Node admin, String path, String body, Duration bound)
            throws IOException {
        return send(
                HttpRequest.newBuilder(URI.create(admin.url() + clusterPath() + path))
                        .header("Content-Type", "application/json")
                        .timeout(bound)
                        .POST(BodyPublishers.ofString(body))
                        .build());
    }

    public List<Replica> replicas(String topic, int partition) throws IOException {
        List<Replica> replicas = new ArrayList<>();
        JsonNode all =
                ask(clusterPath() + "/topics/" + topic + "/partitions/" + partition + "/replicas");
        for (JsonNode each : all.path("data")) {
            replicas.add(
                    new Replica(
                            each.path("broker_id").asInt(),
                            each.path("is_leader").asBoolean(),
                            each.path("is_in_sync").asBoolean()));
        }
        return replicas;
    }

    /** The broker that leads; -1 while none does. */
    public int leader(String topic, int partition) throws IOException {
        return replicas(topic, partition).stream()
                .filter(Replica::leads)
                .mapToInt(Replica::broker)
                .findFirst()
                .orElse(-1);
    }

    private JsonNode ask(String path) throws IOException {
        IOException failure = new IOException("there is no admin-service");
        int start = first;
        for (int i = 0; i < admins.size(); i++) {
            int number = (start + i) % admins.size();
            Node admin = admins.get(number);
            try {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(admin.url() + path))
                                .timeout(ASK_MAX)
                                .build();
                HttpResponse<String> answer = send(request);
                if (answer.statusCode() == 200) {
                    first = number;
                    return JsonMapper.shared().readTree(answer.body());
                }
                failure = new IOException(path + " answered " + answer.statusCode());
            } catch (IOException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
