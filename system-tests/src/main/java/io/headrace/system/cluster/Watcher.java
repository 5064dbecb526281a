package io.headrace.system.cluster;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Looks at what an operator sees of one process: its metrics, its log, its health. */
final class Watcher {

    private static final String NO_ANSWER = "no answer";
    private static final String NO_METRICS = "metrics";

    /** Parts of the names of series that stand still while all is well. */
    private static final String[] SERIES = {
        "kafka_brokers",
        "offlinepartitionscount",
        "activecontrollercount",
        "underreplicatedpartitions",
        "underminisrpartitioncount",
        "isrshrinks",
        "isrexpands",
        "offlinelogdirectorycount",
        "offlinereplicacount",
        "disk_nearly_full",
        "damaged",
        "repaired",
        "truncations",
        "disconnects",
        "leadercount"
    };

    /**
     * What is seen at one time.
     *
     * @param metrics series that would be looked at, or why there are none
     * @param health status and body
     * @param logBytes length of the log
     */
    record Sight(Map<String, String> metrics, String health, long logBytes) {

        /** Whether everything answered. */
        boolean isWhole() {
            return !metrics.containsKey(NO_METRICS) && !health.equals(NO_ANSWER);
        }
    }

    private final Node node;
    private final Path log;

    Watcher(Node node, Path log) {
        this.node = node;
        this.log = log;
    }

    Node node() {
        return node;
    }

    Sight look() throws IOException {
        long bytes = Files.exists(log) ? Files.size(log) : 0;
        return node.speaksHttp()
                ? new Sight(metrics(), health(), bytes)
                : new Sight(Map.of(), "", bytes);
    }

    private Map<String, String> metrics() {
        try {
            Map<String, String> series = new TreeMap<>();
            for (String line : body("/actuator/prometheus").split("\n", -1)) {
                int value = line.lastIndexOf(' ');
                if (value > 0 && !line.startsWith("#") && isLookedAt(line)) {
                    series.put(line.substring(0, value), line.substring(value + 1));
                }
            }
            return series;
        } catch (IOException e) {
            return Map.of(NO_METRICS, NO_ANSWER);
        }
    }

    private static boolean isLookedAt(String line) {
        return Stream.of(SERIES).anyMatch(line::contains);
    }

    private String health() {
        try {
            HttpResponse<String> answer = node.get("/actuator/health/readiness");
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return NO_ANSWER;
        }
    }

    private String body(String path) throws IOException {
        HttpResponse<String> answer = node.get(path);
        if (answer.statusCode() != 200) {
            throw new IOException(path + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    /** The first series that changed, in words. */
    static String change(Map<String, String> before, Map<String, String> now) {
        for (Map.Entry<String, String> each : now.entrySet()) {
            String was = before.get(each.getKey());
            if (!Objects.equals(was, each.getValue())) {
                return each.getKey() + " " + was + " -> " + each.getValue();
            }
        }
        return "series are gone";
    }
}
