package io.headrace.standalone;

import io.headrace.standalone.StandaloneOptions.Parts;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** {@code headrace.run} in the data folder: {@code key=value} lines that the launcher reads. */
final class RunFile {

    private final DataFolder data;
    private final Map<String, String> entries = new LinkedHashMap<>();

    RunFile(DataFolder data, StandaloneOptions options) {
        this.data = data;
        entries.put("pid", Long.toString(ProcessHandle.current().pid()));
        if (options.parts() != Parts.BROKER) {
            entries.put("gateway", options.url(options.gatewayPort()));
            entries.put("admin", options.url(options.adminPort()));
        }
        if (options.parts() != Parts.CONTROL) {
            entries.put("broker", options.url(options.brokerPort()));
            entries.put("kafka", options.bootstrapServers());
        }
    }

    void writeStarting() throws IOException {
        entries.put("state", "starting");
        write();
    }

    void writeReady(String zooKeeper, String clusterId, double seconds) throws IOException {
        entries.put("zookeeper", zooKeeper);
        entries.put("cluster_id", clusterId);
        entries.put("ready_seconds", Double.toString(seconds));
        entries.put("state", "ready");
        write();
    }

    private void write() throws IOException {
        data.writeRunFile(
                entries.entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                        .collect(Collectors.joining()));
    }
}
