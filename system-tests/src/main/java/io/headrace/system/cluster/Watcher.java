package io.headrace.system.cluster;

import io.headrace.system.cluster.Traces.Place;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Looks at what an operator sees of one process: its metrics, its log, its health.
 *
 * <p>Bounds: of a log, {@value #LOG_BYTES_MAX} bytes are read at a time.
 */
final class Watcher {

    private static final String[] HEALTHS = {"/actuator/health", "/actuator/health/readiness"};
    private static final Duration HEALTH_MAX = Duration.ofSeconds(4); // it asks a database
    private static final String COUNTER = "_total";
    private static final int LOG_BYTES_MAX = 4 << 20;

    /**
     * What is seen at one time.
     *
     * @param metrics the series that are looked for
     * @param health every part of it, by its path
     * @param answers whether all of it was told
     */
    record Sight(Map<String, String> metrics, Map<String, String> health, boolean answers) {}

    private final Node node;
    private final Path log;
    private final Signs signs;
    private long logAt;

    Watcher(Node node, Path log, Signs signs) {
        this.node = node;
        this.log = log;
        this.signs = signs;
    }

    Node node() {
        return node;
    }

    Sight look() {
        Map<String, String> metrics = new TreeMap<>();
        Map<String, String> health = new TreeMap<>();
        boolean answers = true;
        if (node.speaksHttp()) {
            answers = addMetrics(metrics);
            for (String path : HEALTHS) {
                answers &= addHealth(path, health);
            }
        }
        return new Sight(metrics, health, answers);
    }

    /** Answers whether they were told. */
    private boolean addMetrics(Map<String, String> series) {
        try {
            HttpResponse<String> answer = node.get("/actuator/prometheus");
            for (String line : answer.body().split("\n", -1)) {
                int value = line.lastIndexOf(' ');
                if (value > 0 && !line.startsWith("#")) {
                    String name = line.substring(0, value);
                    if (signs.isIn(Place.METRICS, name)) {
                        series.put(name, line.substring(value + 1));
                    }
                }
            }
            return answer.statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean addHealth(String path, Map<String, String> parts) {
        try {
            HttpResponse<String> answer = node.get(path, HEALTH_MAX);
            parts.put(path, Integer.toString(answer.statusCode()));
            flatten("", JsonMapper.shared().readTree(answer.body()), parts);
            return true;
        } catch (IOException | JacksonException e) {
            return false;
        }
    }

    private static void flatten(String path, JsonNode node, Map<String, String> parts) {
        if (!node.isObject()) {
            parts.put(path, node.isValueNode() ? node.asString() : node.toString());
            return;
        }
        node.properties()
                .forEach(each -> flatten(path + "/" + each.getKey(), each.getValue(), parts));
    }

    /** From now on only what is written later counts. */
    void passLog() throws IOException {
        logAt = Files.exists(log) ? Files.size(log) : 0;
    }

    /** The first line since the last call that is looked for. */
    Optional<String> line() throws IOException {
        if (!Files.exists(log)) {
            return Optional.empty();
        }
        try (FileChannel file = FileChannel.open(log, StandardOpenOption.READ)) {
            ByteBuffer news =
                    ByteBuffer.allocate(Math.clamp(file.size() - logAt, 0, LOG_BYTES_MAX));
            file.read(news, logAt);
            String text = new String(news.array(), 0, news.position(), StandardCharsets.UTF_8);
            int end = text.lastIndexOf('\n') + 1;
            logAt += text.substring(0, end).getBytes(StandardCharsets.UTF_8).length;
            return text.substring(0, end)
                    .lines()
                    .filter(line -> signs.isIn(Place.LOG, line))
                    .findFirst();
        }
    }

    /** The first series that is another one, in words; a counter must have grown. */
    Optional<String> series(Sight before, Sight now) {
        return now.metrics().entrySet().stream()
                .filter(each -> isNews(each.getKey(), before.metrics(), each.getValue()))
                .findFirst()
                .map(each -> words(each, before.metrics()));
    }

    private static boolean isNews(String series, Map<String, String> before, String now) {
        if (!series.contains(COUNTER)) {
            return !now.equals(before.get(series));
        }
        String was = before.getOrDefault(series, "0");
        return Double.parseDouble(now) > Double.parseDouble(was);
    }

    /** The first part of the health that is another one and is looked for, in words. */
    Optional<String> health(Sight before, Sight now) {
        return now.health().entrySet().stream()
                .filter(each -> !each.getValue().equals(before.health().get(each.getKey())))
                .filter(each -> signs.isIn(Place.HEALTH, each.getKey() + "=" + each.getValue()))
                .findFirst()
                .map(each -> words(each, before.health()));
    }

    /** Whether the trouble that is looked for is one that health still remembers of before. */
    boolean remembers(Sight now) {
        return now.health().entrySet().stream()
                .filter(each -> each.getKey().endsWith("recentTroubles"))
                .anyMatch(each -> signs.isIn(Place.HEALTH, each.getKey() + "=" + each.getValue()));
    }

    private static String words(Map.Entry<String, String> now, Map<String, String> before) {
        return now.getKey() + " " + before.get(now.getKey()) + " -> " + now.getValue();
    }
}
