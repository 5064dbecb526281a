package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.replication.FetchAnswer.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Fetches of topics with {@code flush.on.ack}: what is told is durable, and nobody waits for it.
 */
class ForcedFetchesTest extends OneLeader {

    private ModelReplica followWithFlush(String topic) {
        return followWithFlush(topic, 3);
    }

    private ModelReplica followWithFlush(String topic, int leaderEpoch) {
        ModelReplica follower = new ModelReplica(topic, 0, leaderEpoch);
        follower.flushesOnAck = true;
        fetches.follow(follower);
        return follower;
    }

    @Test
    void allThatAnAnswerBroughtIsForcedTogetherBeforeTheLeaderHearsOfIt() {
        List<ModelReplica> followers = new ArrayList<>();
        for (String topic : List.of("a", "b")) {
            lead(new ModelReplica(topic, 0, 3).with(3, 2));
            followers.add(followWithFlush(topic));
        }
        round(9);
        assertThat(next()).isEmpty();
        assertThat(followers).allMatch(each -> each.records.size() == 2);
        assertThat(followers).as("both at the same time").allMatch(each -> each.forces.size() == 1);
        assertThat(fetches.pauseNanos(now)).isEqualTo(LeaderFetches.FORCE_PATIENCE_NANOS);
        followers.forEach(ModelReplica::force);
        FetchRequest request = request();
        assertThat(offsets(request)).containsExactly(2L, 2L);
        assertThat(request.forgotten()).as("a good device costs nobody the session").isEmpty();
    }

    @Test
    void whatIsForcedForLongLeavesTheOthersAlone() {
        ModelReplica slowLeader = lead(new ModelReplica("slow", 0, 3).with(3, 4));
        ModelReplica quickLeader = lead(new ModelReplica("quick", 0, 3).with(3, 40));
        ModelReplica slow = followWithFlush("slow");
        ModelReplica quick = new ModelReplica("quick", 0, 3);
        fetches.follow(quick);
        round(2);
        assertThat(next()).as("for a moment it may be worth waiting").isEmpty();
        pass(Duration.ofMillis(5));
        FetchRequest without = request();
        assertThat(without.forgotten()).containsExactly(slow.key());
        assertThat(without.positions()).extracting(FetchPosition::key).containsOnly(quick.key());
        answer(without, List.of(quickLeader.answer(session.get(quick.key()), 2)));
        for (int i = 0; i < 18; i++) {
            round(2);
            assertThat(session).containsOnlyKeys(quick.key());
        }
        assertThat(quick.records).isEqualTo(quickLeader.records);
        FetchRequest poll = request();
        assertThat(slow.records).hasSize(2);
        assertThat(fetches.hasNewsForOpen()).isFalse();
        slow.force();
        assertThat(fetches.hasNewsForOpen()).isTrue();
        FetchRequest behind = request();
        assertThat(behind.positions())
                .singleElement()
                .returns(slow.key(), FetchPosition::key)
                .returns(2L, FetchPosition::offset);
        answer(poll, List.of());
        answer(behind, List.of(slowLeader.answer(behind.positions().getFirst(), 2)));
        assertThat(next()).isEmpty();
        slow.force();
        assertThat(offsets(request())).containsExactly(4L);
        assertThat(slow.records).isEqualTo(slowLeader.records);
    }

    @Test
    void whatIsForcedWhileARequestIsOpenLeavesTheSessionAndItsSecondAnswerDoesNotCount() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3));
        ModelReplica follower = followWithFlush("a");
        round(9);
        FetchRequest poll = request();
        ModelReplica other = lead(new ModelReplica("b", 0, 3));
        fetches.follow(new ModelReplica("b", 0, 3));
        FetchRequest behind = request();
        leader.with(3, 4);
        FetchPosition told = session.get(leader.key());
        answer(poll, List.of(leader.answer(told, 2)));
        FetchRequest third = request();
        assertThat(third.forgotten()).containsExactly(leader.key());
        assertThat(third.positions()).isEmpty();
        answer(behind, List.of(leader.answer(told, 9), other.refusal(Refusal.NONE)));
        assertThat(follower.records).hasSize(2);
        assertThat(follower.flushedEnd).isZero();
        follower.force();
        assertThat(offsets(request())).containsExactly(2L);
    }

    @Test
    void theSessionOutlivesAForceOfAllThatIsInIt() {
        lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = followWithFlush("a");
        round(9);
        assertThat(next()).isEmpty();
        pass(Duration.ofSeconds(2));
        assertThat(next()).isEmpty();
        assertThat(fetches.pauseNanos(now)).isEqualTo(Duration.ofSeconds(1).toNanos());
        follower.force();
        FetchRequest request = request();
        assertThat(request.isFull()).isFalse();
        assertThat(offsets(request)).containsExactly(2L);
    }

    @Test
    void whatAnEarlierEpochLeftIsForcedBeforeTheLeaderHearsOfItAndEachEpochWaitsForItsOwnForce() {
        ModelReplica old = followWithFlush("a").with(3, 2);
        assertThat(next()).isEmpty();
        ModelReplica elected = followWithFlush("a", 4).with(3, 2);
        assertThat(next()).isEmpty();
        old.force();
        pass(Duration.ofSeconds(1));
        assertThat(next()).as("the force of another epoch proves nothing").isEmpty();
        elected.force();
        assertThat(request().positions())
                .singleElement()
                .returns(4, FetchPosition::leaderEpoch)
                .returns(2L, FetchPosition::offset);
    }

    @Test
    void whoLeavesWhileItIsForcedIsNotAskedForAgain() {
        lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = followWithFlush("a");
        round(9);
        assertThat(next()).isEmpty();
        fetches.leave(follower.key());
        follower.force();
        pass(Duration.ofSeconds(1));
        assertThat(next()).isEmpty();
        assertThat(fetches.hasNews()).isFalse();
        assertThat(fetches.isForcing()).isFalse();
    }

    @Test
    void aConnectionThatIsLostMeanwhileDoesNotMakeItKnownEarlier() {
        lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica other = lead(new ModelReplica("b", 0, 3));
        ModelReplica follower = followWithFlush("a");
        fetches.follow(new ModelReplica("b", 0, 3));
        round(9);
        assertThat(next()).isEmpty();
        fetches.disconnected();
        pass(Duration.ofMillis(5));
        FetchRequest full = request();
        assertThat(full.isFull()).isTrue();
        assertThat(full.positions()).extracting(FetchPosition::key).containsOnly(other.key());
        follower.force();
        answer(full, List.of());
        assertThat(offsets(request())).containsExactly(2L);
    }

    @Test
    void aLeaderWithoutSessionsIsPolledBrieflyWhileALogIsForced() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = followWithFlush("a");
        fetches.follow(lead(new ModelReplica("b", 0, 3)));
        FetchRequest first = request();
        fetches.answered(
                first,
                new FetchAnswer(0, "", List.of(leader.answer(first.positions().getFirst(), 2))),
                now);
        assertThat(next()).isEmpty();
        pass(Duration.ofMillis(5));
        FetchRequest without = request();
        assertThat(without.positions()).hasSize(1);
        assertThat(without.waitMaxMs()).isEqualTo(20);
        follower.force();
        fetches.answered(without, new FetchAnswer(0, "", List.of()), now);
        assertThat(request().positions()).hasSize(2);
    }

    @Test
    void aForceThatIsDoneAtOnceIsToldWithTheSameRequest() {
        lead(new ModelReplica("a", 0, 3).with(3, 2));
        followWithFlush("a").isForcedAtOnce = true;
        round(9);
        FetchRequest request = request();
        assertThat(offsets(request)).containsExactly(2L);
    }

    @Test
    void whatCannotBeForcedIsNotTold() {
        lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = followWithFlush("a");
        follower.isDeviceBroken = true;
        round(9);
        assertThat(next()).isEmpty();
        follower.force();
        assertThat(next()).isEmpty();
        pass(Duration.ofMillis(21));
        assertThat(next()).as("forced again").isEmpty();
        follower.isDeviceBroken = false;
        follower.force();
        assertThat(offsets(request())).containsExactly(2L);
    }
}
