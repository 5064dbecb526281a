package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.ControllerEvent.MovePartitions;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MovesTest {

    private static final TopicPartition TP = new TopicPartition("t", 0);
    private static final List<BrokerRegistration> SIX =
            IntStream.range(0, 6).mapToObj(id -> Images.broker(id, 10 + id)).toList();
    private static final Standing STANDING =
            new Standing(Set.of(0, 1, 2, 3, 4, 5), Set.of(), Set.of(), Set.of(), Set.of());
    private static final TopicImage TOPIC = Images.topic("t", List.of(List.of(0, 1, 2)));

    private static TopicImage moving(List<Integer> assignment, Move move, PartitionState state) {
        return new TopicImage(
                "t", TOPIC.id(), Map.of(), List.of(assignment), Map.of(0, move), List.of(state));
    }

    private static Plan ask(TopicImage topic, List<Integer> target) {
        return Moves.decide(
                Images.image(SIX, topic),
                new MovePartitions(Map.of(TP, Optional.ofNullable(target)), true, false),
                STANDING);
    }

    /** The topic, with its new states, after the only step of a plan. */
    private static TopicImage after(TopicImage before, List<List<ClusterWrite>> steps) {
        TopicImage topic = before;
        for (ClusterWrite write : steps.getFirst()) {
            topic =
                    switch (write) {
                        case ClusterWrite.Replace replace -> replace.after();
                        case ClusterWrite.Elect elect ->
                                new TopicImage(
                                        topic.name(),
                                        topic.id(),
                                        topic.config(),
                                        topic.assignments(),
                                        topic.moves(),
                                        List.of(elect.changes().get(0).after()));
                        default -> throw new AssertionError(write);
                    };
        }
        return topic;
    }

    private static ErrorCode refusal(TopicImage topic, List<Integer> target) {
        return ask(topic, target).refusals().get(TP).code();
    }

    @Test
    void aMoveBeginsWithTheTargetAheadOfThoseThatAreToGo() {
        Plan plan = ask(TOPIC, List.of(3, 1, 4));
        TopicImage after = after(TOPIC, plan.steps());
        assertThat(plan.refusals()).isEmpty();
        assertThat(after.assignments()).containsExactly(List.of(3, 1, 4, 0, 2));
        assertThat(after.moves()).containsEntry(0, new Move(List.of(3, 4), List.of(0, 2)));
        assertThat(after.target(0)).containsExactly(3, 1, 4);
        assertThat(after.replicationFactor()).isEqualTo(3);
        assertThat(after.states()).containsExactly(new PartitionState(0, 1, List.of(0, 1, 2), 1));
        assertThat(Moves.progress(Images.image(SIX, after), STANDING)).isEmpty();
    }

    @Test
    void aMoveWhoseTargetIsInSyncIsHandedOverAndEndsWhenItsLeaderHasTakenTheOthersOut() {
        TopicImage moving =
                moving(
                        List.of(3, 1, 4, 0, 2),
                        new Move(List.of(3, 4), List.of(0, 2)),
                        new PartitionState(0, 1, List.of(0, 1, 2, 3, 4), 3));
        TopicImage handedOver = after(moving, Moves.progress(Images.image(SIX, moving), STANDING));
        assertThat(handedOver.moves()).isEqualTo(moving.moves());
        assertThat(handedOver.states())
                .containsExactly(new PartitionState(3, 2, List.of(0, 1, 2, 3, 4), 4));
        assertThat(Moves.progress(Images.image(SIX, handedOver), STANDING)).isEmpty();

        TopicImage alone =
                moving(
                        List.of(3, 1, 4, 0, 2),
                        new Move(List.of(3, 4), List.of(0, 2)),
                        new PartitionState(3, 2, List.of(1, 3, 4), 5));
        TopicImage after = after(alone, Moves.progress(Images.image(SIX, alone), STANDING));
        assertThat(after.moves()).isEmpty();
        assertThat(after.assignments()).containsExactly(List.of(3, 1, 4));
        assertThat(after.states()).containsExactly(new PartitionState(3, 3, List.of(1, 3, 4), 6));
    }

    @Test
    void aMoveThatIsGivenUpGoesBackToWhereItCameFrom() {
        TopicImage moving =
                moving(
                        List.of(3, 1, 4, 0, 2),
                        new Move(List.of(3, 4), List.of(0, 2)),
                        new PartitionState(3, 1, List.of(0, 1, 3), 3));
        TopicImage after = after(moving, ask(moving, null).steps());
        assertThat(after.moves()).containsEntry(0, new Move(List.of(3), List.of(3)));
        assertThat(after.assignments()).containsExactly(List.of(1, 0, 2, 3));
        assertThat(after.target(0)).containsExactly(1, 0, 2);
        assertThat(after.states()).containsExactly(new PartitionState(3, 2, List.of(0, 1, 3), 4));
        assertThat(refusal(TOPIC, null)).isEqualTo(ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
    }

    @Test
    void aMoveWhoseNewcomersAreNotInSyncIsGivenUpAtOnce() {
        TopicImage moving =
                moving(
                        List.of(3, 1, 4, 0, 2),
                        new Move(List.of(3, 4), List.of(0, 2)),
                        new PartitionState(0, 1, List.of(0, 1), 3));
        TopicImage after = after(moving, ask(moving, null).steps());
        assertThat(after.moves()).isEmpty();
        assertThat(after.assignments()).containsExactly(List.of(1, 0, 2));
        assertThat(after.states()).containsExactly(new PartitionState(0, 2, List.of(0, 1), 4));
    }

    @Test
    void aMoveIsNotGivenUpWhenNobodyInSyncWouldBeLeft() {
        TopicImage moving =
                moving(
                        List.of(3, 0),
                        new Move(List.of(3), List.of(0)),
                        new PartitionState(3, 1, List.of(3), 3));
        assertThat(refusal(moving, null)).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(ask(moving, null).steps()).isEmpty();
    }

    @Test
    void anotherTargetReplacesTheOneOnTheWay() {
        TopicImage moving =
                moving(
                        List.of(3, 1, 4, 0, 2),
                        new Move(List.of(3, 4), List.of(0, 2)),
                        new PartitionState(0, 1, List.of(0, 1, 2, 3), 3));
        TopicImage after = after(moving, ask(moving, List.of(0, 5)).steps());
        assertThat(after.assignments()).containsExactly(List.of(0, 5, 1, 2, 3));
        assertThat(after.moves()).containsEntry(0, new Move(List.of(5, 3), List.of(1, 2, 3)));
        assertThat(after.target(0)).containsExactly(0, 5);
        assertThat(TopicEdit.origin(after, 0)).containsExactly(0, 1, 2);
        assertThat(after.states())
                .containsExactly(new PartitionState(0, 2, List.of(0, 1, 2, 3), 4));
    }

    @Test
    void anotherOrderIsWrittenAtOnceWithoutANewLeaderEpoch() {
        Plan plan = ask(TOPIC, List.of(2, 1, 0));
        TopicImage after = after(TOPIC, plan.steps());
        assertThat(plan.steps().getFirst()).hasSize(1);
        assertThat(after.assignments()).containsExactly(List.of(2, 1, 0));
        assertThat(after.moves()).isEmpty();
        assertThat(ask(TOPIC, List.of(0, 1, 2)).steps()).isEmpty();
    }

    @Test
    void impossibleTargetsAreRefused() {
        assertThat(refusal(TOPIC, List.of())).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(refusal(TOPIC, List.of(1, 1))).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        assertThat(refusal(TOPIC, List.of(1, 9))).isEqualTo(ErrorCode.INVALID_REPLICA_ASSIGNMENT);
        Plan factor =
                Moves.decide(
                        Images.image(SIX, TOPIC),
                        new MovePartitions(Map.of(TP, Optional.of(List.of(1))), false, false),
                        STANDING);
        assertThat(factor.refusals().get(TP).code())
                .isEqualTo(ErrorCode.INVALID_REPLICATION_FACTOR);
        TopicPartition unknown = new TopicPartition("t", 7);
        Plan plan =
                Moves.decide(
                        Images.image(SIX, TOPIC),
                        new MovePartitions(
                                Map.of(
                                        unknown,
                                        Optional.of(List.of(1)),
                                        TP,
                                        Optional.of(List.of(1))),
                                true,
                                false),
                        STANDING);
        assertThat(plan.refusals()).containsOnlyKeys(unknown);
        assertThat(plan.steps()).hasSize(1);
    }

    @Test
    void aDeadMemberOfTheTargetKeepsTheMoveOpenUntilItIsInSync() {
        TopicImage moving =
                moving(
                        List.of(3, 1, 0),
                        new Move(List.of(3), List.of(0)),
                        new PartitionState(0, 1, List.of(0, 1), 3));
        ClusterImage image = Images.image(SIX, moving);
        assertThat(Moves.progress(image, STANDING)).isEmpty();
    }
}
