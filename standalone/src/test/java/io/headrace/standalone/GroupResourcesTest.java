package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.KafkaPeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Groups of stock consumers over the v3 REST API, against a real broker. */
class GroupResourcesTest {

    private final LiveCluster live = LiveCluster.shared();

    private static void pollUntilAssigned(KafkaConsumer<String, String> consumer, int count) {
        Awaitility.await()
                .atMost(LiveCluster.LIMIT)
                .until(
                        () -> {
                            consumer.poll(Duration.ofMillis(50));
                            return consumer.assignment().size() == count;
                        });
    }

    @Test
    void a_live_group_has_every_field_and_link_of_v3() {
        live.createTopic("seen", 3);
        live.produce("seen", 3, 10);
        try (KafkaConsumer<String, String> consumer =
                live.consumer(
                        "seen-group", "client.id", "app-1", "group.instance.id", "static-1")) {
            consumer.subscribe(List.of("seen"));
            pollUntilAssigned(consumer, 3);
            consumer.commitSync(
                    Map.of(
                            new org.apache.kafka.common.TopicPartition("seen", 1),
                            new org.apache.kafka.clients.consumer.OffsetAndMetadata(4),
                            new org.apache.kafka.common.TopicPartition("seen", 2),
                            new org.apache.kafka.clients.consumer.OffsetAndMetadata(9)));
            String base = live.cluster("consumer-groups/seen-group");

            JsonNode group = live.get(base).json();
            assertThat(group.path("kind").asString()).isEqualTo("KafkaConsumerGroup");
            assertThat(group.at("/metadata/self").asString()).isEqualTo(base);
            assertThat(group.at("/metadata/resource_name").asString())
                    .isEqualTo(
                            "crn:///kafka="
                                    + live.image().clusterId()
                                    + "/consumer-group=seen-group");
            assertThat(group.path("cluster_id").asString()).isEqualTo(live.image().clusterId());
            assertThat(group.path("consumer_group_id").asString()).isEqualTo("seen-group");
            assertThat(group.path("is_simple").asBoolean()).isFalse();
            assertThat(group.path("partition_assignor").asString()).isEqualTo("range");
            assertThat(group.path("state").asString()).isEqualTo("STABLE");
            assertThat(group.path("type").asString()).isEqualTo("CLASSIC");
            assertThat(group.path("is_mixed_consumer_group").asBoolean(true)).isFalse();
            assertThat(group.at("/coordinator/related").asString())
                    .isEqualTo(live.cluster("brokers/1"));
            assertThat(group.at("/consumers/related").asString()).isEqualTo(base + "/consumers");
            assertThat(group.at("/lag_summary/related").asString())
                    .isEqualTo(base + "/lag-summary");

            JsonNode consumers = live.get(base + "/consumers").json();
            assertThat(consumers.path("kind").asString()).isEqualTo("KafkaConsumerList");
            JsonNode member = consumers.at("/data/0");
            String id = member.path("consumer_id").asString();
            assertThat(member.path("kind").asString()).isEqualTo("KafkaConsumer");
            assertThat(member.path("instance_id").asString()).isEqualTo("static-1");
            assertThat(member.path("client_id").asString()).isEqualTo("app-1");
            assertThat(member.at("/metadata/self").asString()).isEqualTo(base + "/consumers/" + id);
            assertThat(live.get(base + "/consumers/" + id).json()).isEqualTo(member);

            String assignments = member.at("/assignments/related").asString();
            JsonNode assigned = live.get(assignments).json();
            assertThat(assigned.path("kind").asString()).isEqualTo("KafkaConsumerAssignmentList");
            assertThat(assigned.path("data").size()).isEqualTo(3);
            JsonNode first = assigned.at("/data/0");
            assertThat(first.path("topic_name").asString()).isEqualTo("seen");
            assertThat(first.path("partition_id").asInt(-1)).isZero();
            assertThat(first.at("/metadata/self").asString())
                    .isEqualTo(assignments + "/seen/partitions/0");
            assertThat(first.at("/partition/related").asString())
                    .isEqualTo(live.cluster("topics/seen/partitions/0"));
            assertThat(first.at("/lag/related").asString())
                    .isEqualTo(base + "/lags/seen/partitions/0");
            assertThat(live.get(assignments + "/seen/partitions/0").json()).isEqualTo(first);
            assertThat(live.get(first.at("/partition/related").asString()).status()).isEqualTo(200);

            JsonNode lags = live.get(base + "/lags").json();
            assertThat(lags.path("kind").asString()).isEqualTo("KafkaConsumerLagList");
            assertThat(lags.path("data").size()).isEqualTo(2);
            JsonNode lag = lags.at("/data/0");
            assertThat(lag.path("kind").asString()).isEqualTo("KafkaConsumerLag");
            assertThat(lag.path("partition_id").asInt()).isEqualTo(1);
            assertThat(lag.path("current_offset").asLong()).isEqualTo(4);
            assertThat(lag.path("log_end_offset").asLong()).isEqualTo(10);
            assertThat(lag.path("lag").asLong()).isEqualTo(6);
            assertThat(lag.path("consumer_id").asString()).isEqualTo(id);
            assertThat(lag.path("instance_id").asString()).isEqualTo("static-1");
            assertThat(lag.path("client_id").asString()).isEqualTo("app-1");
            assertThat(live.get(lag.at("/metadata/self").asString()).json()).isEqualTo(lag);

            JsonNode summary = live.get(base + "/lag-summary").json();
            assertThat(summary.path("kind").asString()).isEqualTo("KafkaConsumerGroupLagSummary");
            assertThat(summary.path("max_lag").asLong()).isEqualTo(6);
            assertThat(summary.path("total_lag").asLong()).isEqualTo(7);
            assertThat(summary.path("max_lag_topic_name").asString()).isEqualTo("seen");
            assertThat(summary.path("max_lag_partition_id").asInt()).isEqualTo(1);
            assertThat(summary.path("max_lag_consumer_id").asString()).isEqualTo(id);
            assertThat(summary.path("max_lag_instance_id").asString()).isEqualTo("static-1");
            assertThat(summary.path("max_lag_client_id").asString()).isEqualTo("app-1");
            assertThat(live.get(summary.at("/max_lag_consumer/related").asString()).json())
                    .isEqualTo(member);
            assertThat(live.get(summary.at("/max_lag_partition/related").asString()).status())
                    .isEqualTo(200);
            refusedWhileActive(base, id);
        }
    }

    private void refusedWhileActive(String base, String memberId) {
        for (LiveCluster.Answer answer :
                List.of(
                        live.post(base + "/offsets:reset", "{\"to\":\"earliest\"}"),
                        live.post(
                                base + "/offsets:reset",
                                "{\"to\":\"earliest\",\"validate_only\":true}"),
                        live.post(
                                base + "/offsets:alter",
                                "{\"data\":[{\"topic_name\":\"seen\",\"partition_id\":0,\"offset\":0}]}"),
                        live.post(base + "/offsets:delete", "{}"),
                        live.delete(base))) {
            assertThat(answer.status()).as("%s", answer).isEqualTo(409);
            assertThat(answer.errorCode()).isEqualTo(409);
            assertThat(answer.message()).contains(memberId);
        }
        assertThat(live.get(base + "/lag-summary").json().path("total_lag").asLong()).isEqualTo(7);
    }

    @Test
    void lag_follows_the_log_and_a_group_without_members_keeps_it() {
        live.createTopic("followed", 1);
        live.produce("followed", 1, 5);
        live.commit("followers", "followed", Map.of(0, 5L));
        String base = live.cluster("consumer-groups/followers");
        assertThat(live.get(base + "/lag-summary").json().path("total_lag").asLong(-1)).isZero();
        live.produce("followed", 1, 7);
        JsonNode summary = live.get(base + "/lag-summary").json();
        assertThat(summary.path("total_lag").asLong()).isEqualTo(7);
        assertThat(summary.path("max_lag_consumer_id").asString("x")).isEmpty();
        assertThat(summary.at("/max_lag_consumer/related").asString())
                .isEqualTo(base + "/consumers");
        JsonNode group = live.get(base).json();
        assertThat(group.path("state").asString()).isEqualTo("EMPTY");
        assertThat(group.path("is_simple").asBoolean()).isTrue();
        assertThat(live.get(base + "/consumers").json().path("data")).isEmpty();
        String printed =
                KafkaPeer.run(
                        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                        Duration.ofMinutes(2),
                        "--bootstrap-server",
                        live.bootstrap(),
                        "--describe",
                        "--group",
                        "followers");
        JsonNode lag = live.get(base + "/lags/followed/partitions/0").json();
        assertThat(printed)
                .containsPattern(
                        "followers +followed +0 +%d +%d +%d "
                                .formatted(
                                        lag.path("current_offset").asLong(),
                                        lag.path("log_end_offset").asLong(),
                                        lag.path("lag").asLong()));
    }

    @Test
    void pages_of_groups_hold_each_group_once() {
        live.createTopic("paged", 1);
        List<String> groups = List.of("page-a", "page-b", "page-c", "page-d", "page-e");
        groups.forEach(group -> live.commit(group, "paged", Map.of(0, 0L)));
        List<String> found = new ArrayList<>();
        String next = live.cluster("consumer-groups?page_size=2");
        while (!next.isEmpty()) {
            LiveCluster.Answer page = live.get(next);
            assertThat(page.status()).as("%s", page).isEqualTo(200);
            assertThat(page.json().path("data").size()).isLessThanOrEqualTo(2);
            page.json()
                    .path("data")
                    .forEach(group -> found.add(group.path("consumer_group_id").asString()));
            next = page.json().at("/metadata/next").asString("");
        }
        assertThat(found).containsAll(groups).doesNotHaveDuplicates().isSorted();
        assertThat(live.get(live.cluster("consumer-groups")).json().at("/metadata/next").isNull())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b",
                "100%",
                "%2F",
                "with space",
                "größe-漢字-🌊",
                "a;b=c",
                "a?b#c",
                "-",
                "a:b",
                "a\"b'c",
                "a+b&c",
                "\\back"
            })
    void a_group_with_an_odd_name_is_found_under_it_and_deleted(String group) {
        if (live.image().topic("odd").isEmpty()) {
            live.createTopic("odd", 1);
        }
        live.produce("odd", 1, 3);
        live.commit(group, "odd", Map.of(0, 1L));
        String url = live.cluster("consumer-groups/" + LiveCluster.encoded(group));
        LiveCluster.Answer found = live.get(url);
        assertThat(found.status()).as("%s", found).isEqualTo(200);
        assertThat(found.json().path("consumer_group_id").asString()).isEqualTo(group);
        JsonNode same = live.get(found.json().at("/metadata/self").asString()).json();
        assertThat(same).isEqualTo(found.json());
        String viaGateway =
                live.throughGateway("consumer-groups/" + LiveCluster.encoded(group) + "/lags");
        JsonNode lag = live.get(viaGateway).json().at("/data/0");
        assertThat(lag.path("current_offset").asLong()).as("%s", lag).isEqualTo(1);
        assertThat(lag.at("/metadata/self").asString()).startsWith(live.throughGateway(""));
        LiveCluster.Answer reset =
                live.post(
                        live.throughGateway(
                                "consumer-groups/" + LiveCluster.encoded(group) + "/offsets:reset"),
                        "{\"to\":\"earliest\"}");
        assertThat(reset.status()).as("%s", reset).isEqualTo(200);
        assertThat(live.get(url + "/offset-resets").json().at("/data/0/action").asString())
                .isEqualTo("reset");
        assertThat(
                        live.delete(
                                        live.throughGateway(
                                                "consumer-groups/" + LiveCluster.encoded(group)))
                                .status())
                .isEqualTo(204);
        assertThat(live.get(url).status()).isEqualTo(404);
    }

    /** Not through the gateway, whose HTTP client takes the dots for a folder. */
    @Test
    void a_group_called_dot_dot_is_found_at_the_admin_service() {
        live.createTopic("dots", 1);
        live.commit("..", "dots", Map.of(0, 1L));
        LiveCluster.Answer found = live.get(live.cluster("consumer-groups/%2E%2E"));
        assertThat(found.json().path("consumer_group_id").asString()).isEqualTo("..");
        assertThat(live.get(found.json().at("/lag_summary/related").asString()).status())
                .isEqualTo(200);
    }

    @Test
    void what_is_not_there_is_404() {
        live.createTopic("absent", 1);
        live.commit("absent-group", "absent", Map.of(0, 0L));
        for (String path :
                List.of(
                        "no-such",
                        "no-such/consumers",
                        "no-such/consumers/c",
                        "no-such/consumers/c/assignments",
                        "no-such/lags",
                        "no-such/lag-summary",
                        "absent-group/consumers/c",
                        "absent-group/consumers/c/assignments",
                        "absent-group/consumers/c/assignments/absent/partitions/0",
                        "absent-group/lags/absent/partitions/1",
                        "absent-group/lags/other/partitions/0",
                        "absent-group/nothing",
                        "absent-group/offset-resets/99999")) {
            LiveCluster.Answer answer = live.get(live.cluster("consumer-groups/" + path));
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.errorCode()).as(path).isEqualTo(404);
        }
        assertThat(live.delete(live.cluster("consumer-groups/no-such")).status()).isEqualTo(404);
    }
}
