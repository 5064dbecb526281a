package io.headrace.admin.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import io.headrace.model.cluster.TopicImage;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopicResourceTest {

    private final AdminFixture admin = AdminFixture.shared();
    private final Rest rest = new Rest();

    private Rest.Answer create(String name, String more) {
        return rest.post(admin.cluster("topics"), "{\"topic_name\":\"" + name + "\"" + more + "}");
    }

    @Test
    void aCreatedTopicIsThereWhenTheAnswerIs() {
        Rest.Answer created =
                create(
                        "orders.created",
                        ",\"partitions_count\":6,\"replication_factor\":2,\"configs\":[{\"name\":\"retention.ms\",\"value\":\"60000\"}]");

        assertThat(created.status()).isEqualTo(201);
        assertThat(created.header("Location")).isEqualTo(admin.cluster("topics/orders.created"));
        assertThat(created.json().path("kind").asString()).isEqualTo("KafkaTopic");
        assertThat(created.json().path("partitions_count").asInt()).isEqualTo(6);
        assertThat(created.json().path("replication_factor").asInt()).isEqualTo(2);
        assertThat(created.json().path("metadata").path("resource_name").asString())
                .isEqualTo("crn:///kafka=" + admin.clusterId() + "/topic=orders.created");
        TopicImage topic = admin.image().topic("orders.created").orElseThrow();
        assertThat(topic.config()).containsEntry("retention.ms", "60000");
        assertThat(topic.states()).allMatch(s -> s.hasLeader() && s.isr().size() == 2);
        Rest.Answer got = rest.get(admin.cluster("topics/orders.created"));
        assertThat(got.status()).isEqualTo(200);
        assertThat(got.json()).isEqualTo(created.json());
    }

    @Test
    void validateOnlyChangesNothing() {
        assertThat(create("dry", ",\"validate_only\":true").status()).isEqualTo(200);
        assertThat(admin.image().topic("dry")).isEmpty();
        assertThat(rest.get(admin.cluster("topics/dry")).errorCode()).isEqualTo(40403);

        assertThat(create("wet", "").status()).isEqualTo(201);
        String wet = admin.cluster("topics/wet");
        assertThat(rest.delete(wet + "?validate_only=true").status()).isEqualTo(204);
        assertThat(
                        rest.patch(wet, "{\"partitions_count\":9,\"validate_only\":true}")
                                .json()
                                .path("partitions_count")
                                .asInt())
                .isEqualTo(9);
        assertThat(
                        rest.put(
                                        wet + "/configs/retention.ms",
                                        "{\"value\":\"1\",\"validate_only\":true}")
                                .status())
                .isEqualTo(204);
        TopicImage topic = admin.image().topic("wet").orElseThrow();
        assertThat(topic.partitionCount()).isEqualTo(1);
        assertThat(topic.config()).containsOnlyKeys("min.insync.replicas");
    }

    @Test
    void aNameThatExistsIsRefused() {
        assertThat(create("twice", "").status()).isEqualTo(201);
        Rest.Answer second = create("twice", "");
        assertThat(second.status()).isEqualTo(400);
        assertThat(second.errorCode()).isEqualTo(40002);
        Rest.Answer colliding = create("a_collision", "");
        assertThat(colliding.status()).isEqualTo(201);
        assertThat(create("a.collision", "").errorCode()).isEqualTo(42206);
    }

    @Test
    void ofConcurrentCreationsOfOneNameExactlyOneWins() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Integer> creation = () -> create("contended", "").status();
            List<Future<Integer>> answers =
                    IntStream.range(0, 8).mapToObj(i -> threads.submit(creation)).toList();
            int created = 0;
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isIn(201, 400);
                created += answer.get() == 201 ? 1 : 0;
            }
            assertThat(created).isEqualTo(1);
        }
    }

    @Test
    void partitionsCanOnlyGrow() {
        assertThat(create("growing", ",\"partitions_count\":2").status()).isEqualTo(201);
        String url = admin.cluster("topics/growing");
        List<List<Integer>> before = admin.image().topic("growing").orElseThrow().assignments();
        assertThat(rest.patch(url, "{\"partitions_count\":5}").status()).isEqualTo(200);
        TopicImage grown = admin.image().topic("growing").orElseThrow();
        assertThat(grown.partitionCount()).isEqualTo(5);
        assertThat(grown.assignments().subList(0, 2)).isEqualTo(before);
        assertThat(rest.patch(url, "{\"partitions_count\":5}").errorCode()).isEqualTo(40002);
        assertThat(rest.patch(url, "{\"partitions_count\":1}").errorCode()).isEqualTo(40002);
        assertThat(rest.get(url + "/partitions").json().path("data").size()).isEqualTo(5);
        assertThat(rest.get(url + "/partitions/4/replicas").json().path("data").size())
                .isEqualTo(3);
    }

    @Test
    void newPartitionsGoWhereTheyAreTold() {
        assertThat(create("placed", ",\"replicas_assignments\":{\"0\":[2,0]}").status())
                .isEqualTo(201);
        String url = admin.cluster("topics/placed");
        String body = "{\"partitions_count\":3,\"replicas_assignments\":";
        assertThat(rest.patch(url, body + "{\"1\":[0,1],\"2\":[1,2]}}").status()).isEqualTo(200);
        assertThat(admin.image().topic("placed").orElseThrow().assignments())
                .containsExactly(List.of(2, 0), List.of(0, 1), List.of(1, 2));
        body = "{\"partitions_count\":4,\"replicas_assignments\":";
        for (String bad : List.of("{}", "{\"4\":[0,1]}", "{\"3\":[0]}", "{\"3\":[null,1]}")) {
            assertThat(rest.patch(url, body + bad + "}").status()).as(bad).isIn(400, 422);
        }
    }

    @Test
    void ofConcurrentAppendsToOneListNoneIsLost() throws Exception {
        assertThat(create("appended", "").status()).isEqualTo(201);
        String url = admin.cluster("topics/appended/configs:alter");
        String name = "leader.replication.throttled.replicas";
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answers =
                    IntStream.range(0, 8)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            rest.post(url, append(name, i + ":1"))
                                                                    .status()))
                            .toList();
            for (Future<Integer> answer : answers) {
                assertThat(answer.get()).isEqualTo(204);
            }
        }
        assertThat(
                        admin.image()
                                .topic("appended")
                                .orElseThrow()
                                .config()
                                .getOrDefault(name, "")
                                .split(","))
                .containsExactlyInAnyOrder(
                        IntStream.range(0, 8).mapToObj(i -> i + ":1").toArray(String[]::new));
    }

    private static String append(String name, String word) {
        return "{\"data\":[{\"name\":\""
                + name
                + "\",\"operation\":\"APPEND\",\"value\":\""
                + word
                + "\"}]}";
    }

    @Test
    void aDeletedTopicLeavesItsTombstone() {
        assertThat(create("doomed", "").status()).isEqualTo(201);
        TopicImage doomed = admin.image().topic("doomed").orElseThrow();
        assertThat(rest.delete(admin.cluster("topics/doomed")).status()).isEqualTo(204);
        assertThat(admin.image().topic("doomed")).isEmpty();
        assertThat(admin.image().deletedTopics()).containsKey(doomed.id());
        assertThat(admin.image().deletedTopics().get(doomed.id()).graceMs()).isEqualTo(3_600_000);
        Rest.Answer again = rest.delete(admin.cluster("topics/doomed"));
        assertThat(again.status()).isEqualTo(404);
        assertThat(again.errorCode()).isEqualTo(40403);
        assertThat(create("doomed", "").status()).isEqualTo(201);
        TopicImage next = admin.image().topic("doomed").orElseThrow();
        assertThat(next.id()).isNotEqualTo(doomed.id());
        Rest.Answer late = rest.delete(admin.cluster("topics/doomed?topic_id=" + doomed.id()));
        assertThat(late.status()).isEqualTo(404);
        assertThat(admin.image().topic("doomed")).contains(next);
        String meant = admin.cluster("topics/doomed?topic_id=" + next.id());
        assertThat(rest.delete(meant).status()).isEqualTo(204);
    }

    @Test
    void settingsShowWhereTheyComeFrom() {
        assertThat(create("settled", "").status()).isEqualTo(201);
        String configs = admin.cluster("topics/settled/configs");
        Rest.Answer byDefault = rest.get(configs + "/retention.ms");
        assertThat(byDefault.json().path("value").asString()).isEqualTo("604800000");
        assertThat(byDefault.json().path("is_default").asBoolean()).isTrue();
        assertThat(byDefault.json().path("source").asString()).isEqualTo("DEFAULT_CONFIG");

        assertThat(rest.put(configs + "/retention.ms", "{\"value\":\"1000\"}").status())
                .isEqualTo(204);
        Rest.Answer set = rest.get(configs + "/retention.ms");
        assertThat(set.json().path("value").asString()).isEqualTo("1000");
        assertThat(set.json().path("is_default").asBoolean()).isFalse();
        assertThat(set.json().path("source").asString()).isEqualTo("DYNAMIC_TOPIC_CONFIG");
        assertThat(set.json().path("synonyms").size()).isEqualTo(2);

        assertThat(
                        rest.post(
                                        admin.cluster("topics/settled/configs%3Aalter"),
                                        "{\"data\":[{\"name\":\"retention.ms\",\"operation\":\"DELETE\"},{\"name\":\"cleanup.policy\",\"value\":\"compact\"}]}")
                                .status())
                .isEqualTo(204);
        assertThat(admin.image().topic("settled").orElseThrow().config())
                .containsOnlyKeys("cleanup.policy", "min.insync.replicas");
        assertThat(rest.delete(configs + "/cleanup.policy").status()).isEqualTo(204);
        assertThat(admin.image().topic("settled").orElseThrow().config())
                .containsOnlyKeys("min.insync.replicas");
    }

    @Test
    void alteringManyTopicsReportsTheRefusedOnes() {
        assertThat(create("many-1", "").status()).isEqualTo(201);
        Rest.Answer answer =
                rest.post(
                        admin.cluster("topics/-/configs:alter"),
                        "{\"data\":[{\"topic_name\":\"many-1\",\"configs\":[{\"name\":\"retention.ms\",\"value\":\"5\"}]},"
                                + "{\"topic_name\":\"many-2\",\"configs\":[{\"name\":\"retention.ms\",\"value\":\"5\"}]}]}");
        assertThat(answer.status()).isEqualTo(207);
        assertThat(answer.json().path("failures").get(0).path("topic_name").asString())
                .isEqualTo("many-2");
        assertThat(answer.json().path("failures").get(0).path("error_code").asInt())
                .isEqualTo(40403);
        assertThat(admin.image().topic("many-1").orElseThrow().config())
                .containsEntry("retention.ms", "5");
        assertThat(rest.get(admin.cluster("topics/-/configs")).status()).isEqualTo(200);
    }

    @Test
    void explicitAssignmentsAreKept() {
        assertThat(
                        create("assigned", ",\"replicas_assignments\":{\"0\":[2,0],\"1\":[1,2]}")
                                .status())
                .isEqualTo(201);
        assertThat(admin.image().topic("assigned").orElseThrow().assignments())
                .containsExactly(List.of(2, 0), List.of(1, 2));
        String partition = admin.cluster("topics/assigned/partitions/0");
        assertThat(rest.get(partition).json().path("leader").path("related").asString())
                .isEqualTo(partition + "/replicas/2");
        Rest.Answer replica = rest.get(partition + "/replicas/0");
        assertThat(replica.json().path("is_leader").asBoolean()).isFalse();
        assertThat(replica.json().path("is_in_sync").asBoolean()).isTrue();
        assertThat(rest.get(partition + "/replicas/1").errorCode()).isEqualTo(404);
        assertThat(
                        rest.get(admin.cluster("topics/assigned/partitions/-/reassignment"))
                                .json()
                                .path("data"))
                .isEmpty();
    }

    @Test
    void theOffsetsOfAPartitionWhoseLeaderDoesNotAnswerAreRetriable() {
        assertThat(create("silent", "").status()).isEqualTo(201);
        Rest.Answer answer = rest.get(admin.cluster("topics/silent/partitions/0/offset"));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.errorCode()).isEqualTo(50302);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(rest.get(admin.cluster("topics/silent/partitions/7/offset")).errorCode())
                .isEqualTo(40402);
    }

    @Test
    void bothPrefixesAnswerWithTheirOwnLinks() {
        assertThat(create("prefixed", "").status()).isEqualTo(201);
        String kafka = admin.url() + "/kafka/v3/clusters/" + admin.clusterId() + "/topics/prefixed";
        assertThat(rest.get(kafka).json().path("metadata").path("self").asString())
                .isEqualTo(kafka);
    }
}
