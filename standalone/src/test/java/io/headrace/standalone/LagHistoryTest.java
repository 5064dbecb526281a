package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.JsonNode;

/** Lag over time of a real group, sampled twice a second. */
class LagHistoryTest {

    private final LiveCluster live = LiveCluster.shared();

    private JsonNode history(String group, String query) {
        LiveCluster.Answer answer =
                live.get(live.cluster("consumer-groups/" + group + "/lag-history?" + query));
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }

    private List<Long> lags(String group, long fromMs) {
        List<Long> lags = new ArrayList<>();
        history(group, "by=partition&step=200&from=" + fromMs)
                .at("/partitions/0/points")
                .forEach(point -> lags.add(point.path("lag").asLong()));
        return lags;
    }

    @Test
    void lag_has_a_past_that_two_admins_write_once_and_that_outlives_them() {
        long fromMs = System.currentTimeMillis();
        live.createTopic("past", 1);
        live.produce("past", 1, 10);
        live.commit("past-group", "past", Map.of(0, 4L));
        Awaitility.await()
                .atMost(LiveCluster.LIMIT)
                .until(() -> lags("past-group", fromMs).contains(6L));
        live.produce("past", 1, 3);
        Awaitility.await()
                .atMost(LiveCluster.LIMIT)
                .until(() -> lags("past-group", fromMs).contains(9L));
        assertThat(lags("past-group", fromMs)).isSorted();
        JsonNode totals = history("past-group", "step=PT1S").path("totals");
        JsonNode last = totals.get(totals.size() - 1);
        assertThat(last.path("total_lag").asLong()).isEqualTo(9);
        assertThat(last.path("partitions_count").asInt()).isEqualTo(1);
        assertThat(
                        live.get(LiveCluster.url(live.admin()) + "/actuator/prometheus")
                                .json()
                                .asString())
                .contains(
                        "kafka_consumergroup_lag{consumergroup=\"past-group\",partition=\"0\",topic=\"past\"} 9.0",
                        "kafka_consumergroup_lag_sum{consumergroup=\"past-group\",topic=\"past\"} 9.0");

        JdbcTemplate database = live.admin().getBean(JdbcTemplate.class);
        int rows = rows(database);
        try (ConfigurableApplicationContext second =
                live.startAdmin(
                        "admin-second",
                        live.directory().resolve("admin"),
                        "--headrace.admin.history.interval=100ms")) {
            assertThat(
                            live.get(
                                            live.cluster(
                                                    second,
                                                    "consumer-groups/past-group/lag-history?by=partition"))
                                    .json()
                                    .at("/partitions/0/topic_name")
                                    .asString())
                    .isEqualTo("past");
            long waitUntilMs = System.currentTimeMillis() + 1_000;
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> System.currentTimeMillis() > waitUntilMs);
            assertThat(rows(database)).as("the second is not the controller").isEqualTo(rows);
        }
    }

    private static int rows(JdbcTemplate database) {
        Integer count =
                database.queryForObject(
                        "select count(*) from offset_sample where series_id ="
                                + " (select id from offset_series where group_key = 'past-group')",
                        Integer.class);
        return count == null ? -1 : count;
    }
}
