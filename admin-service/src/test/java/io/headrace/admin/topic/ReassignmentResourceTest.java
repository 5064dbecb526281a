package io.headrace.admin.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.Test;

/** Moves, elections, cordons and drains over HTTP; the test plays the partitions' leaders. */
class ReassignmentResourceTest {

    private final AdminFixture admin = AdminFixture.shared();
    private final Rest rest = new Rest();

    private void create(String name, String replicas) {
        Rest.Answer created =
                rest.post(
                        admin.cluster("topics"),
                        "{\"topic_name\":\""
                                + name
                                + "\",\"replicas_assignments\":{\"0\":"
                                + replicas
                                + "}}");
        assertThat(created.status()).isEqualTo(201);
    }

    /** What a leader does when followers have caught up. */
    private void inSync(String topic, List<Integer> isr) throws Exception {
        TopicImage image = admin.image().topic(topic).orElseThrow();
        PartitionState state = image.states().getFirst();
        PartitionNode next =
                new PartitionNode(
                        state.leader(),
                        state.leaderEpoch(),
                        isr,
                        List.of(),
                        state.partitionEpoch() + 1);
        Stat written =
                admin.client()
                        .setData()
                        .forPath(
                                ZkPaths.states(topic),
                                ZkPayloads.encode(
                                        new StatesNode(image.id().toString(), List.of(next))));
        assertThat(written.getVersion()).isPositive();
    }

    @Test
    void aPartitionMovesWhenItsNewReplicasAreInSync() throws Exception {
        create("mover", "[0,1]");
        String url = admin.cluster("topics/mover/partitions/0/reassignment");
        assertThat(rest.get(url).status()).isEqualTo(404);
        assertThat(rest.put(url, "{\"replicas\":[2,1],\"validate_only\":true}").status())
                .isEqualTo(202);
        assertThat(admin.image().topic("mover").orElseThrow().moves()).isEmpty();

        assertThat(rest.put(url, "{\"replicas\":[2,1]}").status()).isEqualTo(202);
        Rest.Answer moving = rest.get(url);
        assertThat(moving.json().path("kind").asString()).isEqualTo("KafkaReassignment");
        assertThat(moving.json().path("adding_replicas").get(0).asInt()).isEqualTo(2);
        assertThat(moving.json().path("removing_replicas").get(0).asInt()).isZero();
        assertThat(moving.json().path("bytes_copied").isNull()).as("no broker says").isTrue();
        assertThat(
                        rest.get(admin.cluster("topics/-/partitions/-/reassignment"))
                                .json()
                                .path("data")
                                .size())
                .isPositive();

        inSync("mover", List.of(0, 1, 2));
        admin.await(image -> image.topic("mover").orElseThrow().states().getFirst().leader() == 2);
        inSync("mover", List.of(1, 2));
        admin.await(image -> image.topic("mover").orElseThrow().moves().isEmpty());
        TopicImage after = admin.image().topic("mover").orElseThrow();
        assertThat(after.assignments()).containsExactly(List.of(2, 1));
        assertThat(after.states().getFirst().leader()).isEqualTo(2);
        assertThat(after.states().getFirst().isr()).containsExactlyInAnyOrder(1, 2);
        assertThat(rest.get(admin.cluster("audit?action=partition.move")).status()).isEqualTo(200);
    }

    @Test
    void aMoveIsGivenUpOnce() {
        create("returner", "[0,1]");
        String url = admin.cluster("topics/returner/partitions/0/reassignment");
        assertThat(rest.put(url, "{\"replicas\":[2]}").status()).isEqualTo(202);
        assertThat(rest.delete(url).status()).isEqualTo(204);
        assertThat(admin.image().topic("returner").orElseThrow().assignments())
                .containsExactly(List.of(0, 1));
        assertThat(rest.delete(url).status()).isEqualTo(404);
        assertThat(rest.put(url, "{\"replicas\":[9]}").status()).isEqualTo(400);
        assertThat(rest.put(url, "{}").status()).isEqualTo(422);
    }

    @Test
    void manyAreMovedAndElectedWithAnAnswerForEach() {
        create("crowd", "[1,2]");
        Rest.Answer moved =
                rest.post(
                        admin.cluster("topics/-/partitions/-/reassignment"),
                        "{\"data\":[{\"topic_name\":\"crowd\",\"partition_id\":0,\"replicas\":[0,2]},"
                                + "{\"topic_name\":\"crowd\",\"partition_id\":5,\"replicas\":[0]}]}");
        assertThat(moved.status()).isEqualTo(200);
        assertThat(moved.json().path("data").get(0).path("code").asString()).isEqualTo("NONE");
        assertThat(moved.json().path("data").get(1).path("code").asString())
                .isEqualTo("UNKNOWN_TOPIC_OR_PARTITION");

        create("led", "[1,2]");
        Rest.Answer elected =
                rest.post(
                        admin.cluster("topics/-/partitions:elect-leaders"),
                        "{\"election_type\":\"preferred\",\"data\":[{\"topic_name\":\"led\",\"partition_id\":0}]}");
        assertThat(elected.json().path("data").get(0).path("error_code").asInt()).isEqualTo(84);
        assertThat(
                        rest.post(
                                        admin.cluster("topics/-/partitions:elect-leaders"),
                                        "{\"election_type\":\"any\"}")
                                .status())
                .isEqualTo(400);
    }

    @Test
    void aCordonedBrokerGetsNothingAndADrainedOneIsRelieved() throws Exception {
        create("stays", "[2,1]");
        create("everywhere", "[2,1,0]");
        String broker = admin.cluster("brokers/2");
        assertThat(rest.put(broker + "/cordon", "").status()).isEqualTo(204);
        assertThat(
                        rest.post(
                                        admin.cluster("topics"),
                                        "{\"topic_name\":\"three\",\"replication_factor\":3}")
                                .status())
                .isEqualTo(400);
        Rest.Answer drain = rest.post(broker + "%3Adrain", "");
        assertThat(drain.status()).isEqualTo(202);
        assertThat(drain.json().path("is_draining").asBoolean()).isTrue();
        long everywhere = partitionsOnEveryBroker();
        assertThat(drain.json().path("without_place").asLong()).isEqualTo(everywhere).isPositive();
        assertThat(drain.json().path("obstacle").asString())
                .startsWith(everywhere + " replicas have no broker to go to");
        assertThat(rest.get(broker + "/drain").json().path("replicas_left").asInt()).isPositive();
        admin.await(image -> image.topic("stays").orElseThrow().moves().containsKey(0));
        assertThat(rest.delete(broker + "/drain").status()).isEqualTo(204);
        admin.await(image -> image.topic("stays").orElseThrow().moves().isEmpty());
        assertThat(admin.image().topic("stays").orElseThrow().target(0))
                .containsExactlyInAnyOrder(1, 2);
        assertThat(rest.delete(broker + "/drain").status()).isEqualTo(404);
        assertThat(rest.delete(broker + "/cordon").status()).isEqualTo(204);
        assertThat(admin.image().cordons()).isEmpty();
    }

    /** Topics of other tests in this JVM among them. */
    private long partitionsOnEveryBroker() {
        return admin.image().topics().values().stream()
                .flatMap(
                        topic -> IntStream.range(0, topic.partitionCount()).mapToObj(topic::target))
                .filter(replicas -> replicas.size() == 3)
                .count();
    }

    @Test
    void aBrokersRatesChangeAtRunTime() {
        String alter = admin.cluster("brokers/1/configs%3Aalter");
        assertThat(
                        rest.post(
                                        alter,
                                        "{\"data\":[{\"name\":\"leader.replication.throttled.rate\",\"value\":\"1000\"}]}")
                                .status())
                .isEqualTo(204);
        assertThat(admin.image().brokerConfigs().get(1))
                .containsEntry("leader.replication.throttled.rate", "1000");
        assertThat(
                        rest.post(
                                        alter,
                                        "{\"data\":[{\"name\":\"leader.replication.throttled.rate\",\"operation\":\"DELETE\"}]}")
                                .status())
                .isEqualTo(204);
        assertThat(admin.image().brokerConfigs().get(1)).isEmpty();
    }

    @Test
    void aPlanThatWasLookedAtIsTheOneThatRuns() {
        String topic = "looked-at";
        assertThat(
                        rest.post(
                                        admin.cluster("topics"),
                                        "{\"topic_name\":\"looked-at\",\"replicas_assignments\":"
                                                + "{\"0\":[0,1],\"1\":[0,1]}}")
                                .status())
                .isEqualTo(201);
        String plan =
                """
                {"kind":"HeadraceBalancePlan","are_loads_known":false,"moves":[
                 {"topic_name":"looked-at","partition_id":1,"replicas":[0,1],"new_replicas":[2,1],"bytes":7},
                 {"topic_name":"looked-at","partition_id":0,"replicas":[1,2],"new_replicas":[2,1]}]}
                """;
        Rest.Answer dry = rest.post(admin.cluster("balance?validate_only=true"), plan);
        assertThat(dry.status()).as(dry.message()).isEqualTo(202);
        assertThat(dry.json().path("moves").size()).as("0 is elsewhere").isEqualTo(1);
        assertThat(admin.image().topic(topic).orElseThrow().moves()).isEmpty();
        for (String bad :
                List.of(
                        plan.replace("[2,1],\"bytes\"", "[9,1],\"bytes\""),
                        plan.replace("[2,1],\"bytes\"", "[1,1],\"bytes\""),
                        plan.replace("[2,1],\"bytes\"", "[2],\"bytes\""))) {
            assertThat(rest.post(admin.cluster("balance"), bad).errorCode()).isEqualTo(40002);
        }
        for (String bad : List.of("{}", "{\"moves\":[null]}", "{\"moves\":[{}]}")) {
            assertThat(rest.post(admin.cluster("balance"), bad).status()).isBetween(400, 422);
        }
        assertThat(rest.post(admin.cluster("balance"), plan).status()).isEqualTo(202);
        admin.await(image -> image.topic(topic).orElseThrow().moves().containsKey(1));
        TopicImage moving = admin.image().topic(topic).orElseThrow();
        assertThat(moving.target(1)).containsExactly(2, 1);
        assertThat(moving.moves()).containsOnlyKeys(1);
        assertThat(rest.delete(admin.cluster("topics/" + topic)).status()).isEqualTo(204);
        admin.await(image -> image.balance().filter(run -> !run.isRunning()).isPresent());
    }

    @Test
    void aPlanIsMadeWithoutAWordFromBrokers() {
        Rest.Answer plan = rest.get(admin.cluster("balance/plan"));
        assertThat(plan.status()).isEqualTo(200);
        assertThat(plan.json().path("are_loads_known").asBoolean()).isFalse();
        assertThat(plan.json().path("before").size()).isEqualTo(3);
    }
}
