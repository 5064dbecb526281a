package io.headrace.broker.group;

import static io.headrace.broker.group.Desk.REBALANCE_MS;
import static io.headrace.broker.group.Desk.SESSION_MS;
import static io.headrace.broker.group.Desk.bytes;
import static io.headrace.broker.group.Desk.now;
import static io.headrace.broker.group.Desk.staticCaller;
import static io.headrace.broker.group.Desk.subscription;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.coordinator.MemoryShardLog;
import io.headrace.broker.group.Desk.Caller;
import io.headrace.model.error.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Members with an instance id (KIP-345). */
class StaticMembersTest {

    private final Desk desk = new Desk();
    private final Caller one = staticCaller("i1");
    private final Caller two = staticCaller("i2");

    @Test
    void aStaticMemberThatComesBackKeepsItsAssignmentWithoutARebalance() {
        desk.makeStable(one, two);
        Caller back = staticCaller("i2");
        Join.Reply reply = now(desk.join(back));
        assertThat(reply.error()).isEqualTo(ErrorCode.NONE);
        assertThat(reply.memberId()).startsWith("i2-").isNotEqualTo(two.memberId);
        assertThat(reply.generation()).isEqualTo(1);
        assertThat(reply.skipAssignment()).isFalse();
        assertThat(desk.state()).isEqualTo("Stable");
        back.memberId = reply.memberId();
        back.generation = 1;
        assertThat(now(desk.sync(back, Map.of())).assignment()).isEqualTo(bytes("of 1"));
        assertThat(desk.heartbeat(two)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(desk.commit("g", two, 5)).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        desk.reload();
        assertThat(desk.heartbeat(back)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void aStaticLeaderThatComesBackIsToldToLeaveTheAssignmentAsItIs() {
        desk.makeStable(one, two);
        Join.Reply reply = now(desk.join(staticCaller("i1")));
        assertThat(reply.skipAssignment()).isTrue();
        assertThat(reply.members()).hasSize(2);
        assertThat(reply.leader()).isEqualTo(reply.memberId());
    }

    @Test
    void anOldStaticLeaderThatComesBackIsNotMadeToAssign() {
        desk.makeStable(one, two);
        Caller back = staticCaller("i1");
        back.maySkipAssignment = false;
        Join.Reply reply = now(desk.join(back));
        assertThat(reply.skipAssignment()).isFalse();
        assertThat(reply.members()).isEmpty();
        assertThat(reply.leader()).isEqualTo(one.memberId);
    }

    @Test
    void aStaticMemberThatComesBackWithAnotherFavouriteProtocolStartsARebalance() {
        one.protocols = both("a", "b");
        desk.makeStable(one);
        Caller back = staticCaller("i1");
        back.protocols = both("b", "a");
        Join.Reply reply = now(desk.join(back));
        assertThat(reply.generation()).isEqualTo(2);
        assertThat(reply.protocolName()).isEqualTo("b");
    }

    private static List<Join.Protocol> both(String first, String second) {
        return List.of(
                new Join.Protocol(first, subscription("t")),
                new Join.Protocol(second, subscription("t")));
    }

    @Test
    void aReplacementThatCouldNotBeStoredIsTakenBack() {
        desk.makeStable(one, two);
        desk.log.refusal = MemoryShardLog.notDone(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertThat(now(desk.join(staticCaller("i2"))).error())
                .isEqualTo(ErrorCode.COORDINATOR_NOT_AVAILABLE);
        assertThat(desk.heartbeat(two)).isEqualTo(ErrorCode.NONE);
    }

    @Test
    void theOldInstanceThatWaitsIsFenced() {
        desk.makeStable(one, two);
        two.protocols = List.of(new Join.Protocol("range", subscription("u")));
        CompletableFuture<Join.Reply> waiting = desk.join(two);
        CompletableFuture<Join.Reply> back = desk.join(staticCaller("i2"));
        assertThat(now(waiting).error()).isEqualTo(ErrorCode.FENCED_INSTANCE_ID);
        assertThat(back).isNotDone();
        now(desk.join(one));
        assertThat(now(back).generation()).isEqualTo(2);
    }

    @Test
    void aStaticMemberThatDoesNotRejoinInTimeStaysUntilItsSessionEnds() {
        two.sessionMs = 5 * REBALANCE_MS;
        desk.makeStable(one, two);
        CompletableFuture<Join.Reply> rejoin = desk.join(one);
        desk.time.pass(REBALANCE_MS);
        assertThat(now(rejoin).members()).hasSize(2);
    }

    @Test
    void aStaticMemberIsRemovedByItsInstanceIdAlone() {
        desk.makeStable(one, two);
        MemberCall.LeaveReply reply =
                desk.leave(
                        new MemberCall.Identity("", "i2"),
                        new MemberCall.Identity("", "unknown"),
                        new MemberCall.Identity("other", "i1"));
        assertThat(reply.members())
                .containsExactly(
                        ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.FENCED_INSTANCE_ID);
        assertThat(desk.state()).isEqualTo("PreparingRebalance");
        assertThat(desk.describe("g").members()).hasSize(1);
    }

    @Test
    void aStaticMemberThatStaysAwayIsGoneAfterItsSession() {
        desk.makeStable(one, two);
        desk.time.pass(SESSION_MS - 1);
        desk.heartbeat(one);
        desk.time.pass(1);
        assertThat(desk.describe("g").members()).hasSize(1);
    }
}
