package io.headrace.broker.group;

import static io.headrace.broker.group.Desk.DELAY_MS;
import static io.headrace.broker.group.Desk.REBALANCE_MS;
import static io.headrace.broker.group.Desk.SESSION_MS;
import static io.headrace.broker.group.Desk.bytes;
import static io.headrace.broker.group.Desk.caller;
import static io.headrace.broker.group.Desk.now;
import static io.headrace.broker.group.Desk.subscription;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.group.Desk.Caller;
import io.headrace.model.error.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Dynamic members: join, sync, heartbeat, leave, time-outs. */
class GroupMembershipTest {

    private final Desk desk = new Desk();
    private final Caller one = caller();
    private final Caller two = caller();

    @Test
    void aNewMemberComesBackWithTheIdItGetsAndLeadsAfterTheInitialDelay() {
        CompletableFuture<Join.Reply> reply = desk.joinTwice(one);
        assertThat(one.memberId).startsWith("client-");
        desk.time.pass(DELAY_MS - 1);
        assertThat(reply).isNotDone();
        desk.time.pass(1);
        assertThat(now(reply).error()).isEqualTo(ErrorCode.NONE);
        assertThat(now(reply).generation()).isEqualTo(1);
        assertThat(now(reply).leader()).isEqualTo(one.memberId);
        assertThat(now(reply).protocolName()).isEqualTo("range");
        assertThat(now(reply).members())
                .containsExactly(new Join.JoinedMember(one.memberId, null, subscription("t")));
        assertThat(desk.state()).isEqualTo("CompletingRebalance");
    }

    @Test
    void anOldClientJoinsAtOnce() {
        one.mayRequireMemberId = false;
        CompletableFuture<Join.Reply> reply = desk.join(one);
        desk.time.pass(DELAY_MS);
        assertThat(now(reply).error()).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theInitialDelayGrowsWithEveryNewMemberUpToTheRebalanceTimeout() {
        one.rebalanceMs = 7_000;
        two.rebalanceMs = 7_000;
        CompletableFuture<Join.Reply> first = desk.joinTwice(one);
        desk.time.pass(2_000);
        CompletableFuture<Join.Reply> second = desk.joinTwice(two);
        desk.time.pass(1_000);
        assertThat(first).isNotDone();
        desk.time.pass(DELAY_MS);
        assertThat(now(first).members()).hasSize(2);
        assertThat(now(second).members()).isEmpty();
        assertThat(now(second).leader()).isEqualTo(one.memberId);
    }

    @Test
    void aLeaderThatAsksAgainDoesNotDecideAgain() {
        CompletableFuture<Join.Reply> first = desk.joinTwice(one);
        CompletableFuture<Join.Reply> second = desk.joinTwice(two);
        desk.time.pass(2L * DELAY_MS);
        one.generation = now(first).generation();
        two.generation = now(second).generation();
        desk.log.commitsAtOnce = false;
        var _ = desk.sync(one, Map.of(one.memberId, bytes("a"), two.memberId, bytes("b")));
        CompletableFuture<Sync.Reply> again =
                desk.sync(one, Map.of(one.memberId, bytes("b"), two.memberId, bytes("a")));
        desk.log.commitsAtOnce = true;
        desk.log.commit(0);
        desk.time.settle();
        assertThat(now(again).assignment()).isEqualTo(bytes("a"));
        desk.reload();
        assertThat(now(desk.sync(two, Map.of())).assignment()).isEqualTo(bytes("b"));
    }

    @Test
    void followersWaitForTheLeadersAssignmentAndItIsStoredFirst() {
        CompletableFuture<Join.Reply> first = desk.joinTwice(one);
        CompletableFuture<Join.Reply> second = desk.joinTwice(two);
        desk.time.pass(2L * DELAY_MS);
        one.generation = now(first).generation();
        two.generation = now(second).generation();
        CompletableFuture<Sync.Reply> follower = desk.sync(two, Map.of());
        assertThat(follower).isNotDone();
        desk.log.commitsAtOnce = false;
        CompletableFuture<Sync.Reply> leader =
                desk.sync(one, Map.of(one.memberId, bytes("a"), two.memberId, bytes("b")));
        assertThat(leader).isNotDone();
        assertThat(desk.state()).isEqualTo("CompletingRebalance");
        desk.log.commit(0);
        desk.time.settle();
        assertThat(now(leader).assignment()).isEqualTo(bytes("a"));
        assertThat(now(follower).assignment()).isEqualTo(bytes("b"));
        assertThat(now(follower).protocolType()).isEqualTo("consumer");
        assertThat(desk.state()).isEqualTo("Stable");
        assertThat(desk.describe("g").members())
                .extracting(GroupView.DescribedMember::assignment)
                .containsExactly(bytes("a"), bytes("b"));
        assertThat(now(desk.sync(two, Map.of())).assignment()).isEqualTo(bytes("b"));
    }

    @Test
    void anAssignmentThatCouldNotBeStoredSendsEverybodyIntoANewRebalance() {
        CompletableFuture<Join.Reply> reply = desk.joinTwice(one);
        desk.time.pass(DELAY_MS);
        one.generation = now(reply).generation();
        desk.log.refusal =
                io.headrace.broker.coordinator.MemoryShardLog.notDone(
                        ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(now(desk.sync(one, Map.of())).error())
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(desk.state()).isEqualTo("PreparingRebalance");
    }

    @Test
    void aSecondMemberMakesTheFirstRejoin() {
        desk.makeStable(one);
        CompletableFuture<Join.Reply> second = desk.joinTwice(two);
        assertThat(second).isNotDone();
        assertThat(desk.state()).isEqualTo("PreparingRebalance");
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(now(desk.sync(one, Map.of())).error())
                .isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        CompletableFuture<Join.Reply> first = desk.join(one);
        assertThat(now(first).generation()).isEqualTo(2);
        assertThat(now(first).members()).hasSize(2);
        assertThat(now(second).generation()).isEqualTo(2);
    }

    @Test
    void whoDoesNotRejoinInTimeIsLeftOutAndAnotherLeads() {
        desk.makeStable(one, two);
        two.protocols = List.of(new Join.Protocol("range", subscription("other")));
        CompletableFuture<Join.Reply> second = desk.join(two);
        for (int i = 0; i < REBALANCE_MS / 5_000; i++) {
            assertThat(second).isNotDone();
            assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
            desk.time.pass(5_000);
        }
        assertThat(now(second).leader()).isEqualTo(two.memberId);
        assertThat(now(second).members()).hasSize(1);
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aMemberOfWhichNothingIsHeardIsRemoved() {
        desk.makeStable(one, two);
        desk.time.pass(SESSION_MS - 1);
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.NONE);
        desk.time.pass(1);
        assertThat(desk.state()).isEqualTo("PreparingRebalance");
        assertThat(desk.describe("g").members()).hasSize(1);
        assertThat(now(desk.join(one)).members()).hasSize(1);
        assertThat(desk.groups.counters().expiredCount()).isOne();
        assertThat(desk.groups.counters().lastExpired()).isEqualTo("g");
        assertThat(desk.groups.counters().rebalanceCount()).isGreaterThan(1);
        assertThat(desk.groups.loads().count()).isOne();
    }

    @Test
    void aWaitingMemberNeedsNoHeartbeats() {
        desk.makeStable(one, two);
        CompletableFuture<Join.Reply> reply = desk.join(one);
        two.sessionMs = REBALANCE_MS;
        for (int i = 0; i < 5; i++) {
            desk.time.pass(SESSION_MS - 1);
            assertThat(desk.heartbeat(two)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        }
        assertThat(reply).isNotDone();
        assertThat(desk.describe("g").members()).hasSize(2);
    }

    @Test
    void aMemberThatLeavesIsGoneAtOnce() {
        desk.makeStable(one, two);
        assertThat(desk.leave(two.identity()).members()).containsExactly(ErrorCode.NONE);
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.REBALANCE_IN_PROGRESS);
        assertThat(now(desk.join(one)).generation()).isEqualTo(2);
        assertThat(desk.leave(two.identity()).members())
                .containsExactly(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aGroupWhoseLastMemberLeavesIsEmptyWithANewGeneration() {
        desk.makeStable(one);
        desk.leave(one.identity());
        assertThat(desk.state()).isEqualTo("Empty");
        one.memberId = "";
        CompletableFuture<Join.Reply> again = desk.joinTwice(one);
        desk.time.pass(DELAY_MS);
        assertThat(now(again).generation()).isEqualTo(3);
    }

    @Test
    void leavingAGroupThatIsNotThereIsAnError() {
        assertThat(desk.leave(one.identity()).members())
                .containsExactly(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void aMemberIdThatIsNotUsedIsForgottenAfterTheSessionTimeout() {
        desk.makeStable(one);
        assertThat(now(desk.join(two)).error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        CompletableFuture<Join.Reply> rejoin = desk.join(one);
        assertThat(rejoin).isNotDone();
        desk.time.pass(SESSION_MS);
        assertThat(now(rejoin).members()).hasSize(1);
    }

    @Test
    void aMemberThatNeverSyncsIsRemovedAfterTheRebalanceTimeout() {
        CompletableFuture<Join.Reply> first = desk.joinTwice(one);
        CompletableFuture<Join.Reply> second = desk.joinTwice(two);
        desk.time.pass(2L * DELAY_MS);
        one.generation = now(first).generation();
        two.generation = now(second).generation();
        var _ = desk.sync(one, Map.of());
        for (int i = 0; i < REBALANCE_MS / 5_000; i++) {
            desk.heartbeat(one);
            desk.heartbeat(two);
            desk.time.pass(5_000);
        }
        assertThat(desk.describe("g").members())
                .extracting(GroupView.DescribedMember::memberId)
                .containsExactly(one.memberId);
        assertThat(desk.state()).isEqualTo("PreparingRebalance");
    }

    @Test
    void aFollowerThatJoinsAgainWithNothingNewIsToldAgain() {
        desk.makeStable(one, two);
        Join.Reply again = now(desk.join(two));
        assertThat(again.generation()).isEqualTo(1);
        assertThat(again.members()).isEmpty();
        assertThat(desk.state()).isEqualTo("Stable");
    }

    @Test
    void aLeaderThatJoinsAgainStartsARebalance() {
        desk.makeStable(one, two);
        assertThat(desk.join(one)).isNotDone();
        assertThat(desk.state()).isEqualTo("PreparingRebalance");
    }

    @Test
    void aMemberThatMissedItsJoinAnswerIsToldAgainWhileTheGroupCompletes() {
        CompletableFuture<Join.Reply> first = desk.joinTwice(one);
        desk.time.pass(DELAY_MS);
        assertThat(now(desk.join(one))).isEqualTo(now(first));
    }

    @Test
    void theProtocolIsTheOneMostMembersLikeAmongThoseAllKnow() {
        one.protocols = protocols("a", "b", "c");
        two.protocols = protocols("c", "b");
        Caller three = caller();
        three.protocols = protocols("b", "c");
        Caller four = caller();
        four.protocols = protocols("c", "b", "a");
        CompletableFuture<Join.Reply> reply = desk.joinTwice(one);
        var _ = desk.joinTwice(two);
        var _ = desk.joinTwice(three);
        var _ = desk.joinTwice(four);
        desk.time.pass(2L * DELAY_MS);
        assertThat(now(reply).protocolName()).isIn("b", "c");
        assertThat(now(reply).members()).hasSize(4);
    }

    private static List<Join.Protocol> protocols(String... names) {
        return java.util.Arrays.stream(names)
                .map(name -> new Join.Protocol(name, bytes(name)))
                .toList();
    }

    @Test
    void whoHasNoProtocolInCommonIsRefused() {
        desk.makeStable(one);
        two.protocols = protocols("other");
        assertThat(now(desk.join(two)).error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        two.protocols = one.protocols;
        two.type = "connect";
        assertThat(now(desk.join(two)).error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        assertThat(desk.state()).isEqualTo("Stable");
    }

    @Test
    void anEmptyProtocolListOrTypeIsRefusedInANewGroup() {
        one.protocols = List.of();
        assertThat(now(desk.join(one)).error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
        two.type = "";
        assertThat(now(desk.join(two)).error()).isEqualTo(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }

    @Test
    void sessionTimeoutsHaveBounds() {
        one.sessionMs = 5_999;
        assertThat(now(desk.join(one)).error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
        one.sessionMs = 1_800_001;
        assertThat(now(desk.join(one)).error()).isEqualTo(ErrorCode.INVALID_SESSION_TIMEOUT);
    }

    @Test
    void aMemberIdThatTheGroupDoesNotKnowIsRefused() {
        one.memberId = "made up";
        assertThat(now(desk.join(one)).error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        desk.makeStable(two);
        assertThat(now(desk.join(one)).error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        one.generation = two.generation;
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
        assertThat(now(desk.sync(one, Map.of())).error()).isEqualTo(ErrorCode.UNKNOWN_MEMBER_ID);
    }

    @Test
    void anOldGenerationIsRefused() {
        desk.makeStable(one);
        one.generation--;
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(now(desk.sync(one, Map.of())).error()).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
        assertThat(desk.commit("g", one, 1)).isEqualTo(ErrorCode.ILLEGAL_GENERATION);
    }

    @Test
    void aFullGroupTakesNobodyElse() {
        Desk small = new Desk(Desk.bounds(1, Integer.MAX_VALUE));
        small.makeStable(one);
        assertThat(now(small.join(two)).error()).isEqualTo(ErrorCode.GROUP_MAX_SIZE_REACHED);
        assertThat(small.state()).isEqualTo("Stable");
    }

    @Test
    void aBrokerThatIsFullOfGroupsTakesANewOneOnceEmptyOnesAreGone() {
        Desk small = new Desk(Desk.bounds(Integer.MAX_VALUE, 2));
        two.groupId = "of an id that is not used";
        assertThat(now(small.join(two)).error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        small.makeStable(one);
        Desk.Caller three = caller();
        three.groupId = "too many";
        assertThat(now(small.join(three)).error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(small.commit("too many, too", caller(), 1))
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(small.groups.counters().refusedCount()).isEqualTo(2);
        assertThat(small.commit("g", one, 1)).as("what there is goes on").isEqualTo(ErrorCode.NONE);
        small.time.pass(GroupSettings.DEFAULTS.offsetsCheckMs());
        assertThat(small.list()).extracting(GroupView.Listed::groupId).containsExactly("g");
        assertThat(now(small.join(three)).error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    }

    @Test
    void groupsCountWhereTheyAreCoordinated() {
        Desk small = new Desk(Desk.bounds(Integer.MAX_VALUE, 1));
        assertThat(small.commit("g", caller(), 1)).isEqualTo(ErrorCode.NONE);
        small.reload();
        assertThat(small.groups.counters().groupCount()).isOne();
        two.groupId = "too many";
        assertThat(now(small.join(two)).error()).isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(small.delete("g")).isEqualTo(ErrorCode.NONE);
        assertThat(now(small.join(two)).error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
        small.groups.end(0);
        small.time.settle();
        assertThat(small.groups.counters().groupCount()).isZero();
    }

    @Test
    void whoeverWaitsIsToldWhenTheCoordinatorGoes() {
        desk.makeStable(one, two);
        CompletableFuture<Join.Reply> waiting = desk.join(one);
        desk.groups.end(0);
        desk.time.settle();
        assertThat(now(waiting).error()).isEqualTo(ErrorCode.NOT_COORDINATOR);
        assertThat(desk.heartbeat(two)).isEqualTo(ErrorCode.NOT_COORDINATOR);
    }

    @Test
    void aNameThatFitsIntoNoRecordIsRefusedAndHarmsNobody() {
        desk.makeStable(one);
        two.mayRequireMemberId = false;
        two.protocols = List.of(new Join.Protocol("ü".repeat(10_001), bytes("")));
        assertThat(now(desk.join(two)).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
        two.protocols = one.protocols;
        two.instanceId = "ü".repeat(10_001);
        assertThat(now(desk.join(two)).error()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(desk.commit("ü".repeat(10_001), caller(), 1))
                .isEqualTo(ErrorCode.INVALID_GROUP_ID);
        assertThat(desk.heartbeat(one)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theEmptyGroupIdIsNoGroup() {
        Join.Request request =
                new Join.Request(
                        "",
                        "",
                        null,
                        new Join.Client("c", "h"),
                        new Join.Timeouts(10_000, 10_000),
                        "consumer",
                        one.protocols,
                        true,
                        true);
        assertThat(now(desk.groups.join(request)).error()).isEqualTo(ErrorCode.INVALID_GROUP_ID);
    }
}
