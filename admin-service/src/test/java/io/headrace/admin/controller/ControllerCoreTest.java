package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.ControllerEvent.AddPartitions;
import io.headrace.admin.controller.ControllerEvent.AlterConfig;
import io.headrace.admin.controller.ControllerEvent.ClusterChanged;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.ControllerEvent.DeleteTopic;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.ControllerEvent.SettingChange.Operation;
import io.headrace.admin.controller.ControllerEvent.Tick;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControllerCoreTest {

    private static final long NOW = 1_000_000_000_000L;
    private static final List<BrokerRegistration> THREE =
            List.of(Images.broker(0, 10), Images.broker(1, 11), Images.broker(2, 12));

    private final ControllerCore core =
            new ControllerCore(
                    Images.rules(
                            new TopicRules(2, 3, 100, Duration.ofHours(1), Duration.ofDays(30))),
                    Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC),
                    new Random(4));

    private static CreateTopic create(String name) {
        return new CreateTopic(
                name, OptionalInt.empty(), OptionalInt.empty(), List.of(), Map.of(), false);
    }

    private ErrorCode refusal(ClusterImage image, ControllerEvent event) {
        return ((Refused) core.decide(image, event)).code();
    }

    @Test
    void aCreationWithoutNumbersTakesTheDefaults() {
        Plan plan = (Plan) core.decide(Images.image(THREE), create("t"));
        TopicImage topic = plan.after().orElseThrow();
        assertThat(topic.partitionCount()).isEqualTo(2);
        assertThat(topic.replicationFactor()).isEqualTo(3);
        assertThat(topic.config()).containsExactly(Map.entry("min.insync.replicas", "2"));
        assertThat(topic.states())
                .allMatch(s -> s.leaderEpoch() == 0 && s.partitionEpoch() == 0 && s.hasLeader());
        assertThat(plan.steps()).containsExactly(List.of(new ClusterWrite.Create(topic)));
    }

    @Test
    void illegalCreationsAreRefused() {
        ClusterImage image = Images.image(THREE, Images.topic("a.b", List.of(List.of(0))));
        assertThat(refusal(image, create(".."))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        assertThat(refusal(image, create("a/b"))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        assertThat(refusal(image, create("a_b"))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        assertThat(refusal(image, create("__consumer_offsets")))
                .isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
        assertThat(refusal(image, create("a.b"))).isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
        assertThat(refusal(image, sized(0, 1))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(refusal(image, sized(101, 1))).isEqualTo(ErrorCode.INVALID_PARTITIONS);
        assertThat(refusal(image, sized(1, 4))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(refusal(image, sized(1, 0))).isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(refusal(Images.image(List.of()), create("t")))
                .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        assertThat(refusal(image, assigned(List.of(List.of(0, 0)))))
                .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(refusal(image, assigned(List.of(List.of(0), List.of(1, 2)))))
                .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(refusal(image, assigned(List.of(List.of(9)))))
                .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        ClusterImage cordoned =
                TestImage.empty()
                        .brokers(image.brokers())
                        .cordons(Map.of(0, new Cordon(1, false)))
                        .image();
        assertThat(refusal(cordoned, assigned(List.of(List.of(1, 0)))))
                .isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(
                        refusal(
                                image,
                                new CreateTopic(
                                        "t",
                                        OptionalInt.empty(),
                                        OptionalInt.empty(),
                                        List.of(),
                                        Map.of("retention.ms", "soon"),
                                        false)))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    @Test
    void onlyThePlatformCreatesInternalTopicsAndNothingElseThatWay() {
        ClusterImage image = Images.image(THREE);
        CreateTopic offsets = byPlatform("__consumer_offsets");
        Plan plan = (Plan) core.decide(image, offsets);
        assertThat(plan.after().orElseThrow().name()).isEqualTo("__consumer_offsets");
        assertThat(refusal(image, byPlatform("t"))).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION);
    }

    private static CreateTopic byPlatform(String name) {
        return new CreateTopic(
                name, OptionalInt.empty(), OptionalInt.empty(), List.of(), Map.of(), false, true);
    }

    private static CreateTopic sized(int partitions, int factor) {
        return new CreateTopic(
                "t",
                OptionalInt.of(partitions),
                OptionalInt.of(factor),
                List.of(),
                Map.of(),
                false);
    }

    private static CreateTopic assigned(List<List<Integer>> assignments) {
        return new CreateTopic(
                "t", OptionalInt.empty(), OptionalInt.empty(), assignments, Map.of(), false);
    }

    @Test
    void aChangeThatChangesNothingWritesNothing() {
        TopicImage topic = Images.topic("t", List.of(List.of(0)));
        AlterConfig reset =
                new AlterConfig(
                        "t", List.of(new SettingChange("retention.ms", Optional.empty())), false);
        assertThat(((Plan) core.decide(Images.image(THREE, topic), reset)).steps()).isEmpty();
    }

    @Test
    void wordsAreAppendedToWhatTheListIsWhenItIsDecided() {
        ClusterImage image = Images.image(THREE, Images.topic("t", List.of(List.of(0))));
        String name = "leader.replication.throttled.replicas";
        for (String word : List.of("0:1", "1:1", "1:1")) {
            image = after(image, new SettingChange(name, Optional.of(word), Operation.APPEND));
        }
        assertThat(image.topics().get("t").config()).containsEntry(name, "0:1,1:1");
        image = after(image, new SettingChange(name, Optional.of("0:1"), Operation.SUBTRACT));
        assertThat(image.topics().get("t").config()).containsEntry(name, "1:1");
        SettingChange noList =
                new SettingChange("retention.ms", Optional.of("1"), Operation.APPEND);
        assertThat(refusal(image, new AlterConfig("t", List.of(noList), false)))
                .isEqualTo(ErrorCode.INVALID_CONFIG);
    }

    @Test
    void aReplacementResetsWhatItDoesNotName() {
        ClusterImage image = Images.image(THREE, Images.topic("t", List.of(List.of(0))));
        image = after(image, new SettingChange("retention.ms", Optional.of("5")));
        AlterConfig replacement =
                new AlterConfig(
                        "t",
                        List.of(new SettingChange("segment.ms", Optional.of("7"))),
                        true,
                        false);
        TopicImage topic = ((Plan) core.decide(image, replacement)).after().orElseThrow();
        assertThat(topic.config()).containsExactly(Map.entry("segment.ms", "7"));
    }

    private ClusterImage after(ClusterImage image, SettingChange change) {
        Plan plan = (Plan) core.decide(image, new AlterConfig("t", List.of(change), false));
        return Images.image(THREE, plan.after().orElseThrow());
    }

    @Test
    void newPartitionsGoWhereTheyAreToldOrNowhere() {
        ClusterImage image =
                Images.image(THREE, Images.topic("t", List.of(List.of(0, 1), List.of(1, 2))));
        Plan plan = (Plan) core.decide(image, grown(4, List.of(List.of(2, 0), List.of(0, 2))));
        TopicImage topic = plan.after().orElseThrow();
        assertThat(topic.assignments().subList(2, 4)).containsExactly(List.of(2, 0), List.of(0, 2));
        assertThat(topic.states().get(2).leader()).isEqualTo(2);
        for (AddPartitions bad :
                List.of(
                        grown(4, List.of(List.of(2, 0))),
                        grown(3, List.of(List.of(2, 0), List.of(0, 2))),
                        grown(3, List.of()),
                        grown(3, List.of(List.of(2))),
                        grown(3, List.of(List.of(2, 2))),
                        grown(3, List.of(List.of(2, 9))),
                        grown(3, List.of(List.of())))) {
            assertThat(refusal(image, bad)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        }
        assertThat(refusal(image, grown(2, List.of(List.of(2, 0)))))
                .isEqualTo(ErrorCode.INVALID_PARTITIONS);
    }

    private static AddPartitions grown(int count, List<List<Integer>> places) {
        return new AddPartitions("t", count, Optional.of(places), false);
    }

    @Test
    void changesOfUnknownTopicsAreRefused() {
        ClusterImage image = Images.image(THREE);
        assertThat(refusal(image, new AddPartitions("t", 2, false)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(refusal(image, new DeleteTopic("t", Optional.empty(), false)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(refusal(image, new AlterConfig("t", List.of(), false)))
                .isEqualTo(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aDeletionLeavesATombstoneWithTheTopicId() {
        TopicImage topic = Images.topic("t", List.of(List.of(0)));
        Plan plan =
                (Plan)
                        core.decide(
                                Images.image(THREE, topic),
                                new DeleteTopic("t", Optional.empty(), false));
        assertThat(plan.steps())
                .containsExactly(
                        List.of(
                                new ClusterWrite.Delete(
                                        topic, new DeletedTopic("t", topic.id(), NOW, 3_600_000))));
    }

    @Test
    void onlyTombstonesLongPastTheirGraceAreForgotten() {
        TopicId old = new TopicId(1, 1);
        TopicId young = new TopicId(2, 2);
        long past = Duration.ofDays(30).plusHours(1).toMillis();
        ClusterImage image =
                Images.image(
                        THREE,
                        Map.of(
                                old, new DeletedTopic("o", old, NOW - past - 1, 3_600_000),
                                young, new DeletedTopic("y", young, NOW - past, 3_600_000)));
        assertThat(((Plan) core.decide(image, new Tick())).steps())
                .containsExactly(List.of(new ClusterWrite.Forget(old)));
    }

    @Test
    void aBrokerThatRestartedUnseenGetsItsPartitionsBackUnderTheNextLeaderEpoch() {
        core.settled(Images.remembered(Map.of(), Images.broker(0, 9)));
        TopicImage topic = Images.topic("t", List.of(List.of(0)));
        PartitionState state = topic.states().getFirst();
        Plan plan =
                (Plan)
                        core.decide(
                                Images.image(List.of(Images.broker(0, 10, "rack-0", true)), topic),
                                new ClusterChanged());
        assertThat(plan.steps())
                .containsExactly(
                        List.of(
                                new ClusterWrite.Elect(
                                        "t",
                                        topic.id(),
                                        Map.of(
                                                0,
                                                new ClusterWrite.StateChange(
                                                        state,
                                                        new PartitionState(0, 1, List.of(0), 1))))),
                        List.of(
                                new ClusterWrite.RememberBrokers(
                                        Images.remembered(Map.of(0, 10L), Images.broker(0, 10)),
                                        new Distrust(Set.of(0)))));
    }

    @Test
    void whoFoundAPartitionDamagedLosesItsPlaceInThatOneAlone() {
        core.settled(Images.remembered(Map.of(0, 10L), Images.broker(0, 10), Images.broker(1, 11)));
        TopicImage topic = Images.topic("t", List.of(List.of(1, 0), List.of(1, 0)));
        TopicPartition damaged = new TopicPartition("t", 1);
        BrokerRegistration again =
                Images.proven(1, 20, -1, "disk", new PartialProof(11, Set.of(damaged)));
        Plan plan =
                (Plan)
                        core.decide(
                                Images.image(List.of(THREE.get(0), again), topic),
                                new ClusterChanged());
        Map<Integer, ClusterWrite.StateChange> changes =
                ((ClusterWrite.Elect) plan.steps().getFirst().getFirst()).changes();
        PartitionState before = topic.states().getFirst();
        assertThat(before.isr()).containsExactly(1, 0);
        assertThat(changes.get(0).after())
                .as("it leads on")
                .isEqualTo(
                        new PartitionState(
                                1,
                                before.leaderEpoch() + 1,
                                List.of(1, 0),
                                before.partitionEpoch() + 1));
        assertThat(changes.get(1).after().leader()).isZero();
        assertThat(changes.get(1).after().isr()).containsExactly(0);
        assertThat(plan.steps().getLast())
                .containsExactly(
                        new ClusterWrite.RememberBrokers(
                                Images.remembered(
                                        Map.of(0, 10L, 1, 20L), Images.broker(0, 10), again),
                                new Distrust(Set.of(), Map.of(damaged, Set.of(1)))));
    }

    @Test
    void whatClientsWriteIsElectedBeforeWhatCoordinatorsWrite() {
        List<List<Integer>> assignments = List.of(List.of(0, 1));
        ClusterImage image =
                Images.image(
                        THREE.subList(1, 2),
                        Images.topic("__consumer_offsets", assignments),
                        Images.topic("a", assignments),
                        Images.topic("z", assignments));
        core.settled(Images.remembered(Map.of(1, 11L), Images.broker(0, 10), Images.broker(1, 11)));
        assertThat(((Plan) core.decide(image, new ClusterChanged())).steps())
                .extracting(ControllerCoreTest::topics)
                .containsExactly(List.of("a", "z"), List.of("__consumer_offsets"));
    }

    private static List<String> topics(List<ClusterWrite> elections) {
        return elections.stream().map(each -> ((ClusterWrite.Elect) each).topic()).toList();
    }

    @Test
    void whenNothingIsDueNothingIsWritten() {
        core.settled(Images.settled(THREE));
        TopicImage topic = Images.topic("t", List.of(List.of(0, 1)));
        assertThat(((Plan) core.decide(Images.image(THREE, topic), new ClusterChanged())).steps())
                .isEmpty();
    }

    @Test
    void manyElectionsAreWrittenInBoundedSteps() {
        TopicImage[] topics =
                IntStream.range(0, 250)
                        .mapToObj(i -> Images.topic("t" + i, List.of(List.of(0, 1))))
                        .toArray(TopicImage[]::new);
        core.settled(Images.settled(THREE.subList(0, 2)));
        ClusterImage image = Images.image(THREE.subList(1, 2), topics);
        Plan first = (Plan) core.decide(image, new ClusterChanged());
        Remembered without =
                Images.remembered(Map.of(1, 11L), Images.broker(0, 10), Images.broker(1, 11));
        assertThat(first.isFirstHalf()).isTrue();
        assertThat(first.steps())
                .containsExactly(
                        List.of(new ClusterWrite.RememberBrokers(without, Distrust.NOBODY)));

        core.settled(without);
        Plan second = (Plan) core.decide(image, new ClusterChanged());
        assertThat(second.steps()).hasSize(3);
        assertThat(second.steps().getFirst()).hasSize(100);
        assertThat(second.steps().getLast()).hasSize(50);
    }
}
