package io.headrace.broker.group;

import static io.headrace.broker.group.Desk.DELAY_MS;
import static io.headrace.broker.group.Desk.caller;
import static io.headrace.broker.group.Desk.now;
import static io.headrace.broker.group.Desk.subscription;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.coordinator.MemoryShardLog;
import io.headrace.broker.group.Desk.Caller;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Commit, fetch, delete, expiry, and what survives a load. */
class GroupOffsetsTest {

    private final Desk desk = new Desk();
    private final Caller one = caller();
    private final Caller nobody = caller();

    @Test
    void aCommitIsAcknowledgedAndShownOnlyOnceItsRecordIsCommitted() {
        desk.makeStable(one);
        desk.log.commitsAtOnce = false;
        CompletableFuture<Offsets.CommitReply> reply = desk.commitAsync("g", one, 42, "m");
        assertThat(reply).isNotDone();
        assertThat(desk.committed("g")).isEqualTo(-1);
        desk.log.commit(0);
        desk.time.settle();
        assertThat(now(reply).results()).containsExactly(ErrorCode.NONE);
        assertThat(desk.committed("g")).isEqualTo(42);
    }

    @Test
    void aCommitThatTakesTooLongIsAnsweredAndMayStillArrive() {
        desk.log.commitsAtOnce = false;
        CompletableFuture<Offsets.CommitReply> reply = desk.commitAsync("g", nobody, 42, "m");
        desk.time.pass(GroupSettings.DEFAULTS.commitTimeoutMs());
        assertThat(now(reply).results()).containsExactly(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        desk.log.commit(0);
        desk.time.settle();
        assertThat(desk.committed("g")).isEqualTo(42);
    }

    @Test
    void aRefusedCommitLeavesTheOldOffset() {
        assertThat(desk.commit("g", nobody, 1)).isEqualTo(ErrorCode.NONE);
        desk.log.refusal = MemoryShardLog.notDone(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(desk.commit("g", nobody, 2)).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        desk.log.refusal = MemoryShardLog.notDone(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(desk.commit("g", nobody, 2)).isEqualTo(ErrorCode.NOT_COORDINATOR);
        desk.log.batchBytesMax = 1;
        assertThat(desk.commit("g", nobody, 2)).isEqualTo(ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
        assertThat(desk.committed("g")).isEqualTo(1);
    }

    @Test
    void withoutAGenerationOnlyAGroupWithoutMembersTakesCommits() {
        assertThat(desk.commit("g", nobody, 1)).isEqualTo(ErrorCode.NONE);
        desk.makeStable(one);
        assertThat(desk.commit("g", nobody, 2)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        desk.leave(one.identity());
        assertThat(desk.commit("g", nobody, 3)).isEqualTo(ErrorCode.NONE);
        assertThat(desk.committed("g")).isEqualTo(3);
    }

    @Test
    void aGenerationOfAGroupThatIsNotThereIsIllegal() {
        one.memberId = "m";
        one.generation = 3;
        assertThat(desk.commit("g", one, 1)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    @Test
    void membersCommitWhileStableAndPreparingButNotWhileTheyHaveNoAssignment() {
        desk.makeStable(one);
        assertThat(desk.commit("g", one, 1)).isEqualTo(ErrorCode.NONE);
        Caller two = caller();
        var _ = desk.joinTwice(two);
        assertThat(desk.commit("g", one, 2)).isEqualTo(ErrorCode.NONE);
        one.generation = now(desk.join(one)).generation();
        assertThat(desk.state()).isEqualTo("CompletingRebalance");
        assertThat(desk.commit("g", one, 3)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(desk.committed("g")).isEqualTo(2);
    }

    @Test
    void commitsKeepASessionAlive() {
        desk.makeStable(one);
        for (int i = 0; i < 5; i++) {
            desk.time.pass(Desk.SESSION_MS - 1);
            assertThat(desk.commit("g", one, i)).isEqualTo(ErrorCode.NONE);
        }
    }

    @Test
    void metadataThatIsTooLongIsRefusedByPartition() {
        CompletableFuture<Offsets.CommitReply> reply =
                desk.commitAsync("g", nobody, 1, "x".repeat(4_097));
        assertThat(now(reply).results()).containsExactly(ErrorCode.OFFSET_METADATA_TOO_LARGE);
        assertThat(now(desk.commitAsync("g", nobody, 1, "x".repeat(4_096))).results())
                .containsExactly(ErrorCode.NONE);
    }

    @Test
    void anOffsetOfAnEarlierTopicOfTheSameNameIsNotShown() {
        TopicPartition partition = new TopicPartition("t", 0);
        TopicId before = new TopicId(1, 1);
        var _ =
                desk.groups.commit(
                        new Offsets.Commit(
                                "g",
                                nobody.identity(),
                                -1,
                                Offsets.NO_RETENTION,
                                false,
                                List.of(new Offsets.Entry(partition, before, 7, -1, ""))));
        desk.time.settle();
        desk.reload();
        assertThat(fetched(partition, before)).isTrue();
        assertThat(fetched(partition, Offsets.ANY_ID)).isTrue();
        assertThat(fetched(partition, new TopicId(2, 2))).isFalse();
    }

    @Test
    void allOffsetsOfAGroupAreThoseOfTheTopicsThatAreThere() {
        TopicId before = new TopicId(1, 1);
        commitFor(before, 1, 7);
        desk.topicIds.put("t", before);
        assertThat(desk.committed("g")).isEqualTo(7);
        desk.topicIds.put("t", new TopicId(2, 2));
        assertThat(desk.committed("g")).isEqualTo(-1);
        desk.topicIds.clear();
        assertThat(desk.committed("g")).isEqualTo(7);
        desk.deletedTopics.add(before);
        assertThat(desk.committed("g")).isEqualTo(-1);
    }

    @Test
    void offsetsGoWithTheirTopicForGood() {
        commitFor(new TopicId(1, 1), 5_000, 7);
        desk.deletedTopics.add(new TopicId(1, 1));
        int batches = desk.log.batchCount(0);
        desk.groups.topicsDeleted();
        desk.time.settle();
        assertThat(desk.log.batchCount(0) - batches).as("bounded batches").isEqualTo(3);
        desk.deletedTopics.clear();
        assertThat(desk.committed("g")).isEqualTo(-1);
        desk.reload();
        assertThat(desk.committed("g")).isEqualTo(-1);
    }

    @Test
    void aShardThatIsLoadedLooksForTopicsThatWereDeletedMeanwhile() {
        commitFor(new TopicId(1, 1), 1, 7);
        desk.deletedTopics.add(new TopicId(1, 1));
        desk.reload();
        desk.deletedTopics.clear();
        assertThat(desk.committed("g")).isEqualTo(-1);
    }

    @Test
    void aRemovalThatFailsIsTriedAgainWithTheNextLookForOldOffsets() {
        commitFor(new TopicId(1, 1), 1, 7);
        desk.deletedTopics.add(new TopicId(1, 1));
        desk.log.refusal = MemoryShardLog.notDone(ErrorCode.NOT_ENOUGH_REPLICAS);
        desk.groups.topicsDeleted();
        desk.time.settle();
        desk.time.pass(GroupSettings.DEFAULTS.offsetsCheckMs());
        desk.deletedTopics.clear();
        assertThat(desk.committed("g")).isEqualTo(-1);
    }

    @Test
    void aCommitForTheNewTopicSurvivesTheRemovalOfTheOldOnes() {
        commitFor(new TopicId(1, 1), 1, 7);
        desk.deletedTopics.add(new TopicId(1, 1));
        desk.log.commitsAtOnce = false;
        commitFor(new TopicId(2, 2), 1, 8);
        desk.groups.topicsDeleted();
        desk.time.settle();
        desk.log.commitsAtOnce = true;
        desk.log.commit(0);
        desk.time.settle();
        desk.groups.topicsDeleted();
        desk.time.settle();
        assertThat(desk.committed("g")).isEqualTo(8);
        desk.reload();
        assertThat(desk.committed("g")).isEqualTo(8);
    }

    private void commitFor(TopicId id, int partitions, long offset) {
        List<Offsets.Entry> entries = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            entries.add(new Offsets.Entry(new TopicPartition("t", i), id, offset, -1, ""));
        }
        var _ =
                desk.groups.commit(
                        new Offsets.Commit(
                                "g", nobody.identity(), -1, Offsets.NO_RETENTION, false, entries));
        desk.time.settle();
    }

    private boolean fetched(TopicPartition partition, TopicId id) {
        CompletableFuture<Offsets.FetchReply> reply =
                desk.groups.fetch(
                        new Offsets.Fetch(
                                "g", Optional.of(List.of(new Offsets.Wanted(partition, id)))));
        desk.time.settle();
        return now(reply).offsets().containsKey(partition);
    }

    @Test
    void groupMembersAssignmentsAndOffsetsAreTheSameAfterALoad() {
        Caller two = caller();
        desk.makeStable(one, two);
        desk.commit("g", one, 42);
        desk.commit("simple", nobody, 7);
        GroupView.Description before = desk.describe("g");
        desk.reload();
        assertThat(desk.describe("g")).isEqualTo(before);
        assertThat(desk.committed("g")).isEqualTo(42);
        assertThat(desk.committed("simple")).isEqualTo(7);
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.NONE);
        desk.time.pass(Desk.SESSION_MS);
        assertThat(desk.state()).isEqualTo("Empty");
        desk.reload();
        assertThat(desk.state()).isEqualTo("Empty");
        assertThat(desk.list())
                .extracting(GroupView.Listed::groupId)
                .containsExactlyInAnyOrder("g", "simple");
    }

    @Test
    void aGroupWithMembersIsNotDeletedAndAnEmptyOneIsGoneForGood() {
        desk.makeStable(one);
        desk.commit("g", one, 1);
        assertThat(desk.delete("g")).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
        desk.leave(one.identity());
        assertThat(desk.delete("g")).isEqualTo(ErrorCode.NONE);
        assertThat(desk.delete("g")).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        assertThat(desk.describe("g").error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        desk.reload();
        assertThat(desk.list()).isEmpty();
        assertThat(desk.committed("g")).isEqualTo(-1);
    }

    @Test
    void offsetsOfTopicsThatMembersReadAreNotDeleted() {
        desk.makeStable(one);
        desk.commit("g", one, 1);
        assertThat(desk.deleteOffset("g").results())
                .containsExactly(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
        desk.leave(one.identity());
        assertThat(desk.deleteOffset("g").results()).containsExactly(ErrorCode.NONE);
        assertThat(desk.committed("g")).isEqualTo(-1);
        assertThat(desk.deleteOffset("none").error()).isEqualTo(ErrorCode.GROUP_ID_NOT_FOUND);
        desk.reload();
        assertThat(desk.committed("g")).isEqualTo(-1);
    }

    @Test
    void offsetsOfAGroupThatIsNoConsumerGroupAreDeletedOnlyWhenItIsEmpty() {
        one.type = "connect";
        CompletableFuture<Join.Reply> reply = desk.joinTwice(one);
        desk.time.pass(DELAY_MS);
        assertThat(now(reply).error()).isEqualTo(ErrorCode.NONE);
        assertThat(desk.deleteOffset("g").error()).isEqualTo(ErrorCode.NON_EMPTY_GROUP);
    }

    @Test
    void offsetsExpireWithTheirGroupAWeekAfterItBecameEmpty() {
        long retention = GroupSettings.DEFAULTS.offsetsRetentionMs();
        long check = GroupSettings.DEFAULTS.offsetsCheckMs();
        desk.makeStable(one);
        desk.commit("g", one, 1);
        for (int i = 0; i < 3; i++) {
            desk.time.pass(Desk.SESSION_MS - 1);
            desk.heartbeat(one);
        }
        desk.leave(one.identity());
        desk.time.pass(retention - check);
        assertThat(desk.committed("g")).isEqualTo(1);
        desk.time.pass(2 * check);
        assertThat(desk.committed("g")).isEqualTo(-1);
        assertThat(desk.list()).isEmpty();
        desk.reload();
        assertThat(desk.list()).isEmpty();
    }

    @Test
    void offsetsWithoutAGroupExpireAWeekAfterTheirCommit() {
        desk.commit("simple", nobody, 1);
        desk.time.pass(GroupSettings.DEFAULTS.offsetsRetentionMs() - 1_000_000);
        desk.commit("simple", nobody, 2);
        desk.time.pass(2_000_000);
        assertThat(desk.committed("simple")).isEqualTo(2);
        desk.time.pass(GroupSettings.DEFAULTS.offsetsRetentionMs());
        assertThat(desk.committed("simple")).isEqualTo(-1);
    }

    @Test
    void subscriptionsThatAreNoneMakeEveryTopicCountAsRead() {
        one.protocols = List.of(new Join.Protocol("range", Desk.bytes("garbage")));
        desk.makeStable(one);
        desk.commit("g", one, 1);
        assertThat(desk.deleteOffset("g").results())
                .containsExactly(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
        assertThat(Subscription.topics(subscription("t"))).contains(java.util.Set.of("t"));
    }

    @Test
    void aGroupLivesInThePartitionThatKafkaWouldPutItIn() {
        assertThat(GroupCoordinator.partitionOf("a", 50)).isEqualTo(97 % 50);
        String lowest = "polygenelubricants";
        assertThat(lowest.hashCode()).isEqualTo(Integer.MIN_VALUE);
        assertThat(GroupCoordinator.partitionOf(lowest, 50)).isZero();
    }
}
