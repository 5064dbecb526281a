package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Alerts and dashboards ask for metrics that the running services have. */
class WatchedMetricsTest {

    private static final Path MONITORING = Path.of("..", "k8s", "overlays", "monitoring");

    /** Prometheus' own, and the kubelet's. */
    private static final Set<String> OF_OTHERS =
            Set.of(
                    "up",
                    "kubelet_volume_stats_available_bytes",
                    "kubelet_volume_stats_capacity_bytes");

    /** What dashboards and alerts that exist for Kafka ask for. */
    private static final Set<String> OF_KAFKA_DASHBOARDS =
            Set.of(
                    """
                    kafka_server_brokertopicmetrics_messagesin_total
                    kafka_server_brokertopicmetrics_bytesin_total
                    kafka_server_brokertopicmetrics_bytesout_total
                    kafka_server_brokertopicmetrics_totalproducerequests_total
                    kafka_server_brokertopicmetrics_totalfetchrequests_total
                    kafka_server_brokertopicmetrics_failedproducerequests_total
                    kafka_server_brokertopicmetrics_failedfetchrequests_total
                    kafka_server_replicamanager_leadercount
                    kafka_server_replicamanager_partitioncount
                    kafka_server_replicamanager_underreplicatedpartitions
                    kafka_server_replicamanager_underminisrpartitioncount
                    kafka_cluster_partition_underminisr
                    kafka_cluster_partition_atminisr
                    kafka_cluster_partition_replicascount
                    kafka_controller_kafkacontroller_activecontrollercount
                    kafka_controller_kafkacontroller_offlinepartitionscount
                    kafka_controller_controllerstats_uncleanleaderelections_total
                    kafka_log_log_size
                    kafka_log_logmanager_offlinelogdirectorycount
                    kafka_network_requestmetrics_totaltimems
                    kafka_network_socketserver_networkprocessoravgidle_percent
                    kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent
                    kafka_server_socket_server_metrics_connection_count
                    kafka_brokers
                    kafka_broker_info
                    kafka_topic_partitions
                    kafka_topic_partition_current_offset
                    kafka_topic_partition_oldest_offset
                    kafka_topic_partition_in_sync_replica
                    kafka_topic_partition_leader
                    kafka_topic_partition_leader_is_preferred
                    kafka_topic_partition_replicas
                    kafka_topic_partition_under_replicated_partition
                    kafka_consumergroup_lag
                    kafka_consumergroup_lag_sum
                    kafka_consumergroup_current_offset
                    kafka_consumergroup_current_offset_sum
                    kafka_consumergroup_members
                    jvm_memory_used_bytes
                    jvm_threads_current
                    jvm_gc_collection_seconds_sum
                    jvm_gc_collection_seconds_count
                    process_open_fds
                    """
                            .strip()
                            .split("\\s+"));

    private static final Pattern VALUES = Pattern.compile("label_values\\((.*), [a-z]+\\)");

    private final LiveCluster live = LiveCluster.shared();

    @Test
    void every_metric_of_alerts_and_dashboards_ours_and_those_of_kafka_is_shown()
            throws IOException {
        Set<String> wanted = new TreeSet<>();
        List<String> expressions = new ArrayList<>(alerts());
        expressions.addAll(dashboards());
        assertThat(expressions).hasSizeGreaterThan(80);
        expressions.forEach(expression -> wanted.addAll(PromQl.metrics(expression)));
        wanted.removeAll(OF_OTHERS);
        wanted.addAll(OF_KAFKA_DASHBOARDS);

        live.createTopic("watched", 1);
        live.produce("watched", 1, 3);
        live.commit("watchers", "watched", Map.of(0, 1L));
        String gateway = LiveCluster.url(live.gateway());
        assertThat(live.get(gateway + "/topics/nowhere/partitions/0/records?offset=0").status())
                .isEqualTo(404);
        // Figures of garbage collection are there after the first one.
        System.gc();
        Awaitility.await()
                .atMost(LiveCluster.LIMIT)
                .untilAsserted(() -> assertThat(shown()).containsAll(wanted));
    }

    private Set<String> shown() {
        Set<String> names = new HashSet<>();
        String broker = live.image().brokers().values().iterator().next().httpUrl();
        for (String url : List.of(url(live.admin()), broker, url(live.gateway()))) {
            live.get(url + "/actuator/prometheus")
                    .json()
                    .asString()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> names.add(line.split("[{ ]", 2)[0]));
        }
        return names;
    }

    private static String url(ConfigurableApplicationContext context) {
        return LiveCluster.url(context);
    }

    private static List<String> alerts() throws IOException {
        Map<?, ?> rules =
                new Yaml(new SafeConstructor(new LoaderOptions()))
                        .load(Files.readString(MONITORING.resolve("alerts.yaml")));
        List<String> expressions = new ArrayList<>();
        for (Object group : (List<?>) ((Map<?, ?>) rules.get("spec")).get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                expressions.add((String) ((Map<?, ?>) rule).get("expr"));
            }
        }
        return expressions;
    }

    private static List<String> dashboards() throws IOException {
        List<String> expressions = new ArrayList<>();
        try (var files = Files.newDirectoryStream(MONITORING.resolve("dashboards"), "*.json")) {
            for (Path file : files) {
                JsonNode board = JsonMapper.shared().readTree(Files.readString(file));
                for (JsonNode panel : board.path("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        expressions.add(target.path("expr").asString());
                    }
                }
                for (JsonNode variable : board.at("/templating/list")) {
                    Matcher values = VALUES.matcher(variable.path("query").asString());
                    if (values.matches()) {
                        expressions.add(values.group(1));
                    }
                }
            }
        }
        return expressions;
    }
}
