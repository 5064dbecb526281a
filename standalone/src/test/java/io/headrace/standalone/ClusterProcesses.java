package io.headrace.standalone;

import io.headrace.testkit.http.Http;
import io.headrace.testkit.process.HeadraceCluster;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A cluster of processes, and what its gateway says about topics. */
final class ClusterProcesses implements AutoCloseable {

    private static final Duration SETTLE_WAIT = Duration.ofMinutes(2);

    private final HeadraceCluster processes;
    private final Http http = new Http();

    private ClusterProcesses(HeadraceCluster processes) {
        this.processes = processes;
    }

    static ClusterProcesses up(Path root, int brokers) {
        return new ClusterProcesses(HeadraceCluster.up(root, brokers, PlatformProcess.program()));
    }

    HeadraceCluster processes() {
        return processes;
    }

    private JsonNode json(String path) {
        HttpResponse<String> answer = http.get(processes.gateway() + path);
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + " answered " + answer.statusCode() + answer.body());
        }
        return JsonMapper.shared().readTree(answer.body());
    }

    private String clusterPath() {
        return "/v3/clusters/" + json("/v3/clusters").at("/data/0/cluster_id").asString();
    }

    void createTopic(String topic, int partitions, int replicationFactor, int minInsync) {
        HttpResponse<String> answer =
                http.post(
                        processes.gateway() + clusterPath() + "/topics",
                        "application/json",
                        """
                        {"topic_name":"%s","partitions_count":%d,"replication_factor":%d,
                         "configs":[{"name":"min.insync.replicas","value":"%d"}]}"""
                                .formatted(topic, partitions, replicationFactor, minInsync));
        if (answer.statusCode() != 201) {
            throw new AssertionError("create answered " + answer.statusCode() + answer.body());
        }
    }

    /** Ids of the replicas in sync. */
    List<Integer> inSync(String topic, int partition) {
        List<Integer> inSync = new ArrayList<>();
        for (JsonNode replica : replicas(topic, partition)) {
            if (replica.path("is_in_sync").asBoolean()) {
                inSync.add(replica.path("broker_id").asInt());
            }
        }
        return inSync;
    }

    /** Id of the leader, -1 while there is none. */
    int leader(String topic, int partition) {
        for (JsonNode replica : replicas(topic, partition)) {
            if (replica.path("is_leader").asBoolean()) {
                return replica.path("broker_id").asInt();
            }
        }
        return -1;
    }

    private JsonNode replicas(String topic, int partition) {
        return json(clusterPath() + "/topics/" + topic + "/partitions/" + partition + "/replicas")
                .path("data");
    }

    void awaitInSync(String topic, int partition, int count) {
        Awaitility.await()
                .atMost(SETTLE_WAIT)
                .until(() -> inSync(topic, partition).size() == count);
    }

    @Override
    public void close() {
        http.close();
        processes.close();
    }
}
