package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The life of a platform: up, used, stopped, up again with everything it had. */
class StandaloneTest {

    private static final List<String> LINES = List.of("one", "two", "three");

    @TempDir Path temp;

    @Test
    void a_restart_keeps_topics_records_and_audit_and_a_clean_stop_leaves_its_marker()
            throws Exception {
        Path marker = temp.resolve("broker").resolve(".kafka_cleanshutdown");
        String cluster;
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            cluster = platform.clusterId();
            platform.createTopic("kept", 3);
            assertThat(platform.produceLines("kept", 1, LINES)).isZero();
            assertThat(Files.exists(marker)).as("no marker while it runs").isFalse();
            assertThat(temp.resolve("headrace.run")).content().contains("state=ready");
            assertThat(platform.stop()).isEqualTo(143);
            assertThat(platform.child().output()).contains("headrace: stopped in");
            assertStoppedInOrder(Files.readString(temp.resolve("logs").resolve(ServerLog.FILE)));
            assertThat(marker).exists();
            assertThat(temp.resolve("headrace.run")).doesNotExist();
        }
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            assertThat(platform.clusterId()).isEqualTo(cluster);
            assertThat(platform.http().get(platform.gateway() + "/topics").body())
                    .contains("\"kept\"");
            assertThat(RawLog.values(platform.http(), platform.broker(), "kept", 1))
                    .isEqualTo(LINES);
            assertThat(platform.produceLines("kept", 1, List.of("four"))).isEqualTo(3);
            JsonNode offsets =
                    platform.json(
                            platform.admin()
                                    + "/v3/clusters/"
                                    + cluster
                                    + "/topics/kept/partitions/1/offset");
            assertThat(offsets.path("earliest_offset").asLong(-1)).isZero();
            assertThat(offsets.path("latest_offset").asLong(-1)).isEqualTo(4);
            String audit =
                    platform.json(platform.admin() + "/v3/clusters/" + cluster + "/audit")
                            .toString();
            assertThat(audit).contains("kept");
            assertThat(Files.readString(temp.resolve("logs").resolve(ServerLog.FILE)))
                    .contains("cleanStart=\"true\"");
        }
    }

    @Test
    void a_platform_that_was_killed_is_up_again_without_waiting_for_its_dead_sessions()
            throws Exception {
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            platform.createTopic("first", 1);
            platform.kill9();
        }
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            platform.createTopic("second", 1);
            assertThat(platform.http().get(platform.gateway() + "/topics").body())
                    .contains("\"first\"", "\"second\"");
        }
    }

    @Test
    void each_service_answers_its_probes_metrics_links_and_api_pages_on_its_own_port()
            throws Exception {
        try (PlatformProcess platform = PlatformProcess.up(temp)) {
            List<String> watchers = new ArrayList<>();
            for (String url : List.of(platform.gateway(), platform.admin(), platform.broker())) {
                JsonNode liveness = platform.json(url + "/actuator/health/liveness");
                assertThat(liveness.path("status").asString()).isEqualTo("UP");
                JsonNode readiness = platform.json(url + "/actuator/health/readiness");
                assertThat(readiness.path("status").asString()).isEqualTo("UP");
                String metrics = platform.http().get(url + "/actuator/prometheus").body();
                assertThat(metrics).contains("jvm_memory_used_bytes");
                if (metrics.contains("headrace_process_lost_seconds_total")) {
                    watchers.add(url);
                }
            }
            assertThat(watchers)
                    .as("who notes what happens to the process that they share")
                    .containsExactly(platform.broker());
            for (String url : List.of(platform.gateway(), platform.admin())) {
                assertThat(platform.json(url + "/v3/clusters").at("/metadata/self").asString())
                        .isEqualTo(url + "/v3/clusters");
                assertThat(platform.json(url + "/openapi/json").path("openapi").asString())
                        .startsWith("3");
            }
        }
    }

    private static void assertStoppedInOrder(String log) {
        assertThat(log.indexOf("stopped service=\"gateway\""))
                .isPositive()
                .isLessThan(log.indexOf("stopped service=\"broker\""));
        assertThat(log.indexOf("stopped service=\"broker\""))
                .isLessThan(log.indexOf("stopped service=\"admin\""));
    }
}
