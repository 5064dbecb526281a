package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Resets, their plans and their undo, and the deletion of records, against a real broker. */
class OffsetResetTest {

    private static final int COUNT = 20;

    private final LiveCluster live = LiveCluster.shared();

    private String group(String name) {
        return live.cluster("consumer-groups/" + name);
    }

    /** A topic with 20 records in each of 2 partitions, and a group at 5 and 15. */
    private void prepare(String name) {
        live.createTopic(name, 2);
        live.produce(name, 2, COUNT);
        live.commit(name, name, Map.of(0, 5L, 1, 15L));
    }

    private Map<Integer, Long> committed(String name) {
        try (KafkaConsumer<String, String> consumer = live.consumer(name)) {
            Map<Integer, Long> offsets = new TreeMap<>();
            consumer.committed(
                            java.util.Set.of(
                                    new TopicPartition(name, 0), new TopicPartition(name, 1)))
                    .forEach(
                            (p, offset) -> {
                                if (offset != null) {
                                    offsets.put(p.partition(), offset.offset());
                                }
                            });
            return offsets;
        }
    }

    private static Map<Integer, Long> planned(JsonNode change) {
        Map<Integer, Long> offsets = new TreeMap<>();
        change.path("partitions")
                .forEach(
                        p ->
                                offsets.put(
                                        p.path("partition_id").asInt(),
                                        p.path("new_offset").asLong()));
        return offsets;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "earliest    | {'to':'earliest'}                                    | 0  | 0",
                "latest      | {'to':'latest'}                                      | 20 | 20",
                "offset      | {'to':'offset','offset':7}                           | 7  | 7",
                "beyond      | {'to':'offset','offset':9223372036854775807}         | 20 | 20",
                "millis      | {'to':'timestamp','timestamp':1003}                  | 3  | 3",
                "iso         | {'to':'timestamp','timestamp':'1970-01-01T00:00:01.011Z'} | 11 | 11",
                "young       | {'to':'timestamp','timestamp':'2100-01-01T00:00:00Z'} | 20 | 20",
                "forward     | {'to':'shift_by','shift_by':7}                       | 12 | 20",
                "back        | {'to':'shift_by','shift_by':-7}                      | 0  | 8",
                "far-back    | {'to':'shift_by','shift_by':-9223372036854775808}    | 0  | 0",
                "far-forward | {'to':'shift_by','shift_by':9223372036854775807}     | 20 | 20",
                "long-ago    | {'to':'duration','duration':'P30000D'}               | 0  | 0",
                "just-now    | {'to':'duration','duration':'PT1S'}                  | 20 | 20"
            })
    void a_reset_does_what_its_plan_says_and_its_undo_takes_it_back(
            String kind, String body, long first, long second) {
        String name = "reset-" + kind;
        prepare(name);
        String json = body.replace('\'', '"');

        LiveCluster.Answer plan =
                live.post(group(name) + "/offsets:reset?validate_only=true", json);
        assertThat(plan.status()).as("%s", plan).isEqualTo(200);
        assertThat(plan.json().path("validate_only").asBoolean()).isTrue();
        assertThat(plan.json().path("reset_id").isNull()).isTrue();
        assertThat(planned(plan.json())).isEqualTo(Map.of(0, first, 1, second));
        assertThat(committed(name)).isEqualTo(Map.of(0, 5L, 1, 15L));
        assertThat(plan.json().path("records_to_reread").asLong())
                .isEqualTo(Math.max(0, 5 - first) + Math.max(0, 15 - second));
        assertThat(plan.json().path("records_to_skip").asLong())
                .isEqualTo(Math.max(0, first - 5) + Math.max(0, second - 15));

        LiveCluster.Answer done = live.post(group(name) + "/offsets:reset", json);
        assertThat(done.status()).as("%s", done).isEqualTo(200);
        assertThat(done.json().path("partitions")).isEqualTo(plan.json().path("partitions"));
        assertThat(committed(name)).isEqualTo(Map.of(0, first, 1, second));

        long id = done.json().path("reset_id").asLong();
        String undo = group(name) + "/offset-resets/" + id + ":undo";
        assertThat(planned(live.post(undo, "{\"validate_only\":true}").json()))
                .isEqualTo(Map.of(0, 5L, 1, 15L));
        assertThat(committed(name)).isEqualTo(Map.of(0, first, 1, second));
        LiveCluster.Answer undone = live.send("POST", undo);
        assertThat(undone.status()).as("%s", undone).isEqualTo(200);
        assertThat(undone.json().path("warnings")).isEmpty();
        assertThat(committed(name)).isEqualTo(Map.of(0, 5L, 1, 15L));

        JsonNode past = live.get(group(name) + "/offset-resets").json().path("data");
        assertThat(past.size()).isEqualTo(2);
        assertThat(past.at("/0/action").asString()).isEqualTo("undo");
        assertThat(past.at("/0/undo_of").asLong()).isEqualTo(id);
        assertThat(past.at("/1/reset_id").asLong()).isEqualTo(id);
        assertThat(past.at("/1/outcome").asString()).isEqualTo("OK");
        assertThat(past.at("/1/partitions/1/offset_before").asLong()).isEqualTo(15);
        assertThat(past.at("/1/partitions/1/offset_after").asLong()).isEqualTo(second);
        assertThat(live.get(past.at("/1/metadata/self").asString()).json()).isEqualTo(past.get(1));
        JsonNode audited =
                live.get(live.cluster("audit?resource=" + name + "&action=group.reset-offsets"))
                        .json();
        assertThat(audited.path("data").size()).isEqualTo(2);
        assertThat(audited.at("/data/0/before").asString()).contains("\"offset\":15");
    }

    @Test
    void what_is_clamped_is_said() {
        prepare("clamped");
        JsonNode plan =
                live.post(
                                group("clamped") + "/offsets:reset",
                                "{\"to\":\"shift_by\",\"shift_by\":7,\"validate_only\":true}")
                        .json();
        assertThat(plan.at("/partitions/0/is_clamped").asBoolean(true)).isFalse();
        assertThat(plan.at("/partitions/1/is_clamped").asBoolean()).isTrue();
        assertThat(plan.at("/partitions/1/note").asString())
                .isEqualTo("22 lies behind the log, which ends at 20");
    }

    @Test
    void only_the_named_partitions_move() {
        prepare("named");
        LiveCluster.Answer done =
                live.post(
                        group("named") + "/offsets:reset",
                        "{\"to\":\"earliest\",\"topics\":[{\"topic_name\":\"named\",\"partitions\":[1]}]}");
        assertThat(planned(done.json())).isEqualTo(Map.of(1, 0L));
        assertThat(committed("named")).isEqualTo(Map.of(0, 5L, 1, 0L));
        LiveCluster.Answer altered =
                live.post(
                        group("named") + "/offsets:alter",
                        "{\"data\":[{\"topic_name\":\"named\",\"partition_id\":0,\"offset\":9,\"metadata\":\"m\"}]}");
        assertThat(altered.status()).as("%s", altered).isEqualTo(200);
        assertThat(committed("named")).isEqualTo(Map.of(0, 9L, 1, 0L));
    }

    @Test
    void given_offsets_make_a_group_that_did_not_exist() {
        prepare("seeded");
        String body = "{\"data\":[{\"topic_name\":\"seeded\",\"partition_id\":1,\"offset\":99}]}";
        LiveCluster.Answer plan =
                live.post(group("new-seeded") + "/offsets:alter?validate_only=true", body);
        assertThat(plan.json().at("/warnings/0").asString())
                .isEqualTo("the group did not exist before");
        assertThat(live.get(group("new-seeded")).status()).isEqualTo(404);
        assertThat(live.post(group("new-seeded") + "/offsets:alter", body).status()).isEqualTo(200);
        JsonNode lag = live.get(group("new-seeded") + "/lags").json().at("/data/0");
        assertThat(lag.path("current_offset").asLong()).isEqualTo(COUNT);
    }

    @Test
    void deleted_offsets_and_a_deleted_group_come_back_by_undo_with_their_metadata() {
        prepare("deleted");
        LiveCluster.Answer offsets =
                live.post(
                        group("deleted") + "/offsets:delete",
                        "{\"topics\":[{\"topic_name\":\"deleted\",\"partitions\":[0]}]}");
        assertThat(offsets.status()).as("%s", offsets).isEqualTo(200);
        assertThat(committed("deleted")).isEqualTo(Map.of(1, 15L));
        undo("deleted", offsets.json().path("reset_id").asLong());
        assertThat(committed("deleted")).isEqualTo(Map.of(0, 5L, 1, 15L));

        assertThat(live.delete(group("deleted") + "?validate_only=true").status()).isEqualTo(204);
        assertThat(live.get(group("deleted")).status()).isEqualTo(200);
        assertThat(live.delete(group("deleted")).status()).isEqualTo(204);
        assertThat(live.get(group("deleted")).status()).isEqualTo(404);
        JsonNode last = live.get(group("deleted") + "/offset-resets").json().at("/data/0");
        assertThat(last.path("action").asString()).isEqualTo("delete-group");
        undo("deleted", last.path("reset_id").asLong());
        try (KafkaConsumer<String, String> consumer = live.consumer("deleted")) {
            TopicPartition partition = new TopicPartition("deleted", 1);
            OffsetAndMetadata back = consumer.committed(java.util.Set.of(partition)).get(partition);
            assertThat(back.offset()).isEqualTo(15);
            assertThat(back.metadata()).isEqualTo("meta-1");
        }
    }

    private void undo(String name, long id) {
        LiveCluster.Answer undone =
                live.send("POST", group(name) + "/offset-resets/" + id + ":undo");
        assertThat(undone.status()).as("%s", undone).isEqualTo(200);
    }

    @Test
    void records_are_deleted_as_planned_and_an_undo_that_falls_off_the_log_says_so() {
        prepare("cut");
        String delete = live.cluster("topics/cut/records:delete");
        long reset =
                live.post(group("cut") + "/offsets:reset", "{\"to\":\"latest\"}")
                        .json()
                        .path("reset_id")
                        .asLong();
        String body = "{\"data\":[{\"partition_id\":0,\"before_offset\":8}]}";
        LiveCluster.Answer plan = live.post(delete + "?validate_only=true", body);
        assertThat(plan.status()).as("%s", plan).isEqualTo(200);
        assertThat(plan.json().at("/partitions/0/records_to_delete").asLong()).isEqualTo(8);
        assertThat(start("cut", 0)).isZero();
        LiveCluster.Answer done = live.post(delete, body);
        assertThat(done.json().path("partitions")).isEqualTo(plan.json().path("partitions"));
        assertThat(start("cut", 0)).isEqualTo(8);

        JsonNode undo =
                live.post(
                                group("cut") + "/offset-resets/" + reset + ":undo",
                                "{\"validate_only\":true}")
                        .json();
        assertThat(planned(undo)).isEqualTo(Map.of(0, 8L, 1, 15L));
        assertThat(undo.at("/partitions/0/is_clamped").asBoolean()).isTrue();
        assertThat(undo.at("/partitions/0/note").asString())
                .isEqualTo("5 lies before the log, which starts at 8");

        assertThat(
                        live.post(delete, "{\"before_offset\":\"high_watermark\"}")
                                .json()
                                .path("records_to_delete")
                                .asLong())
                .isEqualTo(12 + COUNT);
        assertThat(start("cut", 0)).isEqualTo(COUNT);
        assertThat(start("cut", 1)).isEqualTo(COUNT);
    }

    private long start(String topic, int partition) {
        return live.get(live.cluster("topics/" + topic + "/partitions/" + partition + "/offset"))
                .json()
                .path("earliest_offset")
                .asLong(-1);
    }

    @Test
    void an_undo_says_what_has_moved_since() {
        prepare("moved");
        long id =
                live.post(group("moved") + "/offsets:reset", "{\"to\":\"earliest\"}")
                        .json()
                        .path("reset_id")
                        .asLong();
        live.commit("moved", "moved", Map.of(0, 3L));
        JsonNode undo =
                live.post(
                                group("moved")
                                        + "/offset-resets/"
                                        + id
                                        + ":undo?validate_only=true",
                                "{}")
                        .json();
        assertThat(undo.at("/warnings/0").asString())
                .isEqualTo("moved-0 has moved since: it was set to 0 and is at 3");
    }

    @Test
    void bad_input_changes_nothing() {
        prepare("bad-reset");
        List<List<Object>> cases =
                List.of(
                        List.of("{}", 422, 42206),
                        List.of("{\"to\":\"middle\"}", 400, 400),
                        List.of("{\"to\":5}", 400, 400),
                        List.of("{\"to\":\"earliest\",\"offset\":1}", 400, 400),
                        List.of("{\"to\":\"offset\",\"offset\":1,\"shift_by\":1}", 400, 400),
                        List.of("{\"to\":\"offset\"}", 422, 42206),
                        List.of("{\"to\":\"offset\",\"offset\":-1}", 400, 400),
                        List.of("{\"to\":\"offset\",\"offset\":9223372036854775808}", 400, 400),
                        List.of("{\"to\":\"offset\",\"offset\":1.5}", 400, 400),
                        List.of("{\"to\":\"offset\",\"offset\":[]}", 400, 400),
                        List.of("{\"to\":\"offset\",\"offset\":1,\"unknown\":1}", 400, 400),
                        List.of("{\"to\":\"timestamp\"}", 422, 42206),
                        List.of("{\"to\":\"timestamp\",\"timestamp\":null}", 422, 42206),
                        List.of("{\"to\":\"timestamp\",\"timestamp\":-1}", 400, 400),
                        List.of("{\"to\":\"timestamp\",\"timestamp\":1e99}", 400, 400),
                        List.of("{\"to\":\"timestamp\",\"timestamp\":\"yesterday\"}", 400, 400),
                        List.of("{\"to\":\"timestamp\",\"timestamp\":{}}", 400, 400),
                        List.of(
                                "{\"to\":\"timestamp\",\"timestamp\":\"+999999999-01-01T00:00:00Z\"}",
                                400,
                                400),
                        List.of("{\"to\":\"shift_by\",\"shift_by\":\"x\"}", 400, 400),
                        List.of("{\"to\":\"duration\",\"duration\":\"an hour\"}", 400, 400),
                        List.of("{\"to\":\"duration\",\"duration\":\"-PT1H\"}", 400, 400),
                        List.of("{\"to\":\"duration\",\"duration\":\"P999999999999D\"}", 400, 400),
                        List.of("{\"to\":\"earliest\",\"topics\":[]}", 400, 400),
                        List.of("{\"to\":\"earliest\",\"topics\":[null]}", 422, 42206),
                        List.of("{\"to\":\"earliest\",\"topics\":[{}]}", 422, 42206),
                        List.of("{\"to\":\"earliest\",\"topics\":{}}", 400, 400),
                        List.of(
                                "{\"to\":\"earliest\",\"topics\":[{\"topic_name\":\"gone\"}]}",
                                404,
                                40403),
                        List.of(
                                "{\"to\":\"earliest\",\"topics\":[{\"topic_name\":\"bad-reset\",\"partitions\":[2]}]}",
                                404,
                                40402),
                        List.of(
                                "{\"to\":\"earliest\",\"topics\":[{\"topic_name\":\"bad-reset\",\"partitions\":[-1]}]}",
                                404,
                                40402),
                        List.of(
                                "{\"to\":\"earliest\",\"topics\":[{\"topic_name\":\"bad-reset\",\"partitions\":[null]}]}",
                                422,
                                42206),
                        List.of(
                                "{\"to\":\"earliest\",\"topics\":[{\"topic_name\":\"bad-reset\",\"partitions\":[0,0]}]}",
                                400,
                                400));
        cases.forEach(c -> refused("/offsets:reset", c));
        refused("/offsets:alter", List.of("{}", 422, 42206));
        refused(
                "/offsets:alter",
                List.of("{\"data\":[{\"topic_name\":\"bad-reset\",\"offset\":1}]}", 422, 42206));
        refused(
                "/offsets:alter",
                List.of(
                        "{\"data\":[{\"topic_name\":\"bad-reset\",\"partition_id\":0,\"offset\":-1}]}",
                        400,
                        400));
        refused("/offsets:delete", List.of("{\"topics\":[{\"topic_name\":\"gone\"}]}", 404, 40403));
        refused("/offset-resets/7777:undo", List.of("{}", 404, 404));
        refused("/offset-resets/x:undo", List.of("{}", 400, 400));
        assertThat(committed("bad-reset")).isEqualTo(Map.of(0, 5L, 1, 15L));
        assertThat(live.post(group("no-group") + "/offsets:reset", "{\"to\":\"latest\"}").status())
                .isEqualTo(404);
        String delete = live.cluster("topics/bad-reset/records:delete");
        for (String body :
                List.of(
                        "{\"before_offset\":\"low\"}",
                        "{\"data\":[{\"partition_id\":0,\"before_offset\":-1}]}",
                        "{\"data\":[{\"partition_id\":0,\"before_offset\":21}]}",
                        "{\"data\":[{\"partition_id\":0,\"before_offset\":1.5}]}",
                        "{\"data\":[{\"partition_id\":0,\"before_offset\":1,\"x\":1}]}")) {
            assertThat(live.post(delete, body).status()).as(body).isEqualTo(400);
        }
        assertThat(live.post(delete, "{}").status()).isEqualTo(422);
        assertThat(
                        live.post(delete, "{\"data\":[{\"partition_id\":2,\"before_offset\":0}]}")
                                .errorCode())
                .isEqualTo(40402);
        assertThat(start("bad-reset", 0)).isZero();
    }

    private void refused(String path, List<Object> wanted) {
        LiveCluster.Answer answer = live.post(group("bad-reset") + path, wanted.get(0).toString());
        assertThat(answer.status()).as("%s: %s", wanted, answer).isEqualTo(wanted.get(1));
        assertThat(answer.errorCode()).as("%s: %s", wanted, answer).isEqualTo(wanted.get(2));
        assertThat(answer.message()).doesNotContain("Exception", "java.", "jackson");
    }
}
