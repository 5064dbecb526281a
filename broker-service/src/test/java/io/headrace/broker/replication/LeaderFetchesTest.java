package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked of one leader, and what its answers do. */
class LeaderFetchesTest extends OneLeader {

    @Test
    void whatIsLimitedWaitsOutsideOfTheSessionAndTheRestGoesOn() {
        ModelReplica limited = lead(new ModelReplica("limited", 0, 3).with(3, 4));
        ModelReplica free = lead(new ModelReplica("free", 0, 3).with(3, 4));
        ModelReplica limitedCopy = new ModelReplica("limited", 0, 3);
        ModelReplica freeCopy = new ModelReplica("free", 0, 3);
        fetches.follow(limitedCopy);
        fetches.follow(freeCopy);
        round(2);
        assertThat(limit.bytes).isEqualTo(2 * ModelReplica.RECORD_BYTES);
        limit.isExhausted = true;
        round(2);
        assertThat(session).containsOnlyKeys(free.key());
        assertThat(freeCopy.records).hasSize(4);
        assertThat(limitedCopy.records).hasSize(2);
        pass(Duration.ofSeconds(1));
        round(2);
        assertThat(session).containsOnlyKeys(free.key());
        limit.isExhausted = false;
        pass(Duration.ofSeconds(1));
        round(2);
        assertThat(limitedCopy.records).isEqualTo(limited.records);
        assertThat(limit.bytes).isEqualTo(4 * ModelReplica.RECORD_BYTES);
    }

    @Test
    void copiesInSmallStepsAndTellsTheLeaderOnlyNews() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 5));
        leader.highWatermark = 4;
        ModelReplica idle = lead(new ModelReplica("b", 0, 3));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        fetches.follow(new ModelReplica("b", 0, 3));
        FetchRequest first = request();
        assertThat(first.isFull()).isTrue();
        assertThat(first.positions()).hasSize(2);
        answer(
                first,
                List.of(
                        leader.answer(session.get(leader.key()), 2),
                        idle.answer(session.get(idle.key()), 2)));
        FetchRequest second = request();
        assertThat(second.sessionId()).isEqualTo(SESSION);
        assertThat(second.sessionEpoch()).isEqualTo(1);
        assertThat(offsets(second)).containsExactly(2L);
        assertThat(second.positions().getFirst().lastEpoch()).isEqualTo(3);
        answer(second, List.of(leader.answer(second.positions().getFirst(), 9)));
        assertThat(follower.records).isEqualTo(leader.records);
        assertThat(follower.highWatermark).isEqualTo(4);
        FetchRequest third = request();
        assertThat(offsets(third)).containsExactly(5L);
        answer(third, List.of());
        FetchRequest idlePoll = request();
        assertThat(idlePoll.positions()).isEmpty();
        assertThat(counters.bytes()).isEqualTo(5L * ModelReplica.RECORD_BYTES);
    }

    @Test
    void tellsTheLeaderItsNewLogStartThoughNoRecordsCameWithIt() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 5));
        leader.highWatermark = 5;
        fetches.follow(new ModelReplica("a", 0, 3));
        round(9);
        round(9);
        leader.records.subList(0, 2).clear();
        leader.start = 2;
        round(9);
        FetchRequest news = request();
        assertThat(news.positions())
                .singleElement()
                .returns(2L, FetchPosition::logStartOffset)
                .returns(5L, FetchPosition::offset);
        answer(news, List.of());
        assertThat(request().positions()).isEmpty();
    }

    @Test
    void aLeaderThatCannotReadItsLogTellsWhatIsCommittedAllTheSame() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 5));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        round(3);
        FetchRequest request = request();
        leader.highWatermark = 5;
        leader.start = 1;
        answer(request, List.of(leader.refusal(Refusal.NOT_NOW)));
        assertThat(follower.highWatermark).as("no more than what it has").isEqualTo(3);
        assertThat(follower.start).isOne();
        assertThat(follower.logEndOffset()).isEqualTo(3);
        assertThat(follower.cuts).isEmpty();
        assertThat(next()).as("it pauses").isEmpty();
    }

    @Test
    void whatIsCommittedIsTakenOverThoughTheRecordsThatCameWithItAreRefused() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 5));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        round(3);
        leader.highWatermark = 3;
        follower.refuses = ErrorCode.CORRUPT_MESSAGE;
        round(3);
        assertThat(follower.highWatermark).isEqualTo(3);
        assertThat(follower.logEndOffset()).isEqualTo(3);
    }

    @Test
    void aRefusalCountsNoMoreInAnotherLeaderEpoch() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 5));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        round(3);
        FetchRequest request = request();
        leader.highWatermark = 5;
        follower.isFenced = true;
        answer(request, List.of(leader.refusal(Refusal.NOT_NOW)));
        assertThat(follower.highWatermark).isZero();
        pass(Duration.ofSeconds(5));
        assertThat(next()).as("it is left alone").isEmpty();
    }

    @Test
    void truncatesToWhereTheHistoriesPart() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 5).with(1, 4).with(5, 3));
        ModelReplica follower = new ModelReplica("a", 0, 5).with(1, 4).with(2, 4);
        follower.highWatermark = 4;
        fetches.follow(follower);
        round(10);
        assertThat(follower.cuts).containsExactly(4L);
        round(10);
        assertThat(follower.records).isEqualTo(leader.records);
        assertThat(follower.highWatermark).isEqualTo(4);
        assertThat(counters.truncations()).isOne();
    }

    @Test
    void aLongerHistoryOfTheSameEpochIsCutWithoutLookingAtTheHighWatermark() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 6).with(1, 3).with(6, 1));
        ModelReplica follower = new ModelReplica("a", 0, 6).with(1, 8);
        follower.highWatermark = 1;
        fetches.follow(follower);
        round(10);
        assertThat(follower.cuts).containsExactly(3L);
        round(10);
        assertThat(follower.records).isEqualTo(leader.records);
    }

    /** KIP-279: epochs that the other side never saw, on both sides. */
    @Test
    void quickElectionsAreGoneBackThroughUntilTheHistoriesAgree() {
        ModelReplica leader =
                lead(new ModelReplica("a", 0, 9).with(1, 2).with(3, 2).with(5, 2).with(8, 2));
        ModelReplica follower =
                new ModelReplica("a", 0, 9).with(1, 3).with(2, 2).with(4, 2).with(6, 3).with(7, 1);
        fetches.follow(follower);
        for (int i = 0; i < 6; i++) {
            round(100);
        }
        assertThat(follower.records).isEqualTo(leader.records);
        assertThat(follower.cuts).isSortedAccordingTo((a, b) -> Long.compare(b, a));
        assertThat(follower.cuts.getLast()).isEqualTo(2);
    }

    @Test
    void anEpochThatItNotedAndNeverWroteInIsForgotten() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 6).with(4, 3).with(6, 2));
        ModelReplica follower = new ModelReplica("a", 0, 6).with(4, 3);
        follower.notedEpoch = 5;
        fetches.follow(follower);
        round(10);
        assertThat(follower.cuts).containsExactly(3L);
        round(10);
        assertThat(follower.records).isEqualTo(leader.records);
    }

    @Test
    void aLogThatEndsBeforeTheLeadersStartBeginsThere() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 4));
        leader.start = 100;
        leader.with(4, 5);
        ModelReplica follower = new ModelReplica("a", 0, 4).with(4, 10);
        fetches.follow(follower);
        round(10);
        assertThat(follower.start).isEqualTo(100);
        round(10);
        assertThat(follower.records).isEqualTo(leader.records);
        assertThat(counters.startsOver()).isOne();
    }

    @Test
    void anEmptyLogBehindTheLeadersEndBeginsAtItsStart() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 4).with(4, 5));
        ModelReplica follower = new ModelReplica("a", 0, 4);
        follower.start = 50;
        fetches.follow(follower);
        round(10);
        round(10);
        assertThat(follower.records).isEqualTo(leader.records);
    }

    @Test
    void anOutOfRangeThatExplainsNothingIsOnlyAReasonToWait() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 4).with(4, 5));
        ModelReplica follower = new ModelReplica("a", 0, 4).with(4, 5);
        fetches.follow(follower);
        answer(request(), List.of(leader.refusal(Refusal.OUT_OF_RANGE)));
        assertThat(follower.records).hasSize(5);
        assertThat(follower.cuts).isEmpty();
        assertThat(next()).isEmpty();
    }

    @Test
    void followsTheLeadersLogStart() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 4).with(4, 5));
        leader.highWatermark = 5;
        ModelReplica follower = new ModelReplica("a", 0, 4);
        fetches.follow(follower);
        round(10);
        leader.start = 3;
        leader.records.subList(0, 3).clear();
        round(10);
        assertThat(follower.start).isEqualTo(3);
        assertThat(follower.records).isEqualTo(leader.records);
    }

    @Test
    void refusedPartitionsLeaveTheSessionAndComeBackAfterPausesThatGrow() {
        ModelReplica bad = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica good = lead(new ModelReplica("b", 0, 3).with(3, 2));
        fetches.follow(new ModelReplica("a", 0, 3));
        fetches.follow(new ModelReplica("b", 0, 3));
        answer(request(), List.of(bad.refusal(Refusal.NOT_NOW), good.refusal(Refusal.NONE)));
        FetchRequest without = request();
        assertThat(without.forgotten()).containsExactly(bad.key());
        assertThat(without.positions()).isEmpty();
        assertThat(without.waitMaxMs()).as("until the pause is over").isEqualTo(21);
        answer(without, List.of());
        long first = fetches.pauseNanos(now);
        assertThat(first).isEqualTo(Duration.ofMillis(20).toNanos());
        pass(Duration.ofMillis(21));
        FetchRequest again = request();
        assertThat(again.positions()).extracting(FetchPosition::key).containsExactly(bad.key());
        answer(again, List.of(bad.refusal(Refusal.NOT_NOW)));
        answer(request(), List.of());
        assertThat(fetches.pauseNanos(now)).isEqualTo(2 * first);
        pass(Duration.ofMillis(41));
        round(10);
        assertThat(counters.refusals()).isEqualTo(2);
        assertThat(counters.bytes()).isPositive();
        assertThat(request().waitMaxMs()).isEqualTo(500);
    }

    @Test
    void damagedAnswersAreCountedAndFetchedAgain() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        follower.refuses = ErrorCode.CORRUPT_MESSAGE;
        fetches.follow(follower);
        round(10);
        assertThat(counters.damaged()).isOne();
        assertThat(next()).isEmpty();
        follower.refuses = ErrorCode.NONE;
        pass(Duration.ofMillis(21));
        round(10);
        assertThat(follower.records).isEqualTo(leader.records);
    }

    @Test
    void anAnswerFromBeforeAnElectionDoesNotCount() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica before = new ModelReplica("a", 0, 3);
        fetches.follow(before);
        FetchRequest inFlight = request();
        ModelReplica after = new ModelReplica("a", 0, 4);
        fetches.follow(after);
        answer(inFlight, List.of(leader.answer(inFlight.positions().getFirst(), 9)));
        assertThat(before.records).isEmpty();
        assertThat(after.records).isEmpty();
        FetchRequest next = request();
        assertThat(next.positions())
                .singleElement()
                .extracting(FetchPosition::leaderEpoch)
                .isEqualTo(4);
    }

    @Test
    void aFencedFollowerIsLeftAloneUntilTheNextElection() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        follower.isFenced = true;
        fetches.follow(follower);
        round(10);
        assertThat(follower.records).isEmpty();
        pass(Duration.ofMinutes(1));
        assertThat(next()).isEmpty();
        fetches.follow(new ModelReplica("a", 0, 4));
        assertThat(request().positions()).hasSize(1);
        assertThat(leader.records).hasSize(2);
    }

    @Test
    void whoLeavesIsForgottenAndItsAnswerDropped() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica other = lead(new ModelReplica("b", 0, 3));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        fetches.follow(new ModelReplica("b", 0, 3));
        FetchRequest inFlight = request();
        fetches.leave(leader.key());
        answer(
                inFlight,
                List.of(leader.answer(session.get(leader.key()), 9), other.refusal(Refusal.NONE)));
        assertThat(follower.records).isEmpty();
        assertThat(request().forgotten()).containsExactly(leader.key());
        fetches.leave(other.key());
        assertThat(next()).isEmpty();
        assertThat(fetches.isEmpty()).isTrue();
    }

    @Test
    void anotherTopicIdInAnAnswerIsRefused() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 2));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        FetchRequest request = request();
        OfPartition own = leader.answer(request.positions().getFirst(), 9);
        OfPartition foreign =
                new OfPartition(
                        new FetchKey(new TopicId(4, 4), 0),
                        own.refusal(),
                        own.error(),
                        own.highWatermark(),
                        own.logStartOffset(),
                        own.divergingEpoch(),
                        own.divergingEnd(),
                        own.batches());
        answer(request, List.of(foreign));
        assertThat(follower.records).isEmpty();
        assertThat(counters.foreign()).isOne();
    }

    @Test
    void aLostConnectionOrSessionBeginsWithAFullRequest() {
        lead(new ModelReplica("a", 0, 3).with(3, 6));
        lead(new ModelReplica("b", 0, 3));
        fetches.follow(new ModelReplica("a", 0, 3));
        fetches.follow(new ModelReplica("b", 0, 3));
        round(2);
        request();
        fetches.disconnected();
        FetchRequest full = request();
        assertThat(full.isFull()).isTrue();
        assertThat(full.sessionId())
                .as("the session that the leader may forget")
                .isEqualTo(SESSION);
        assertThat(offsets(full)).containsExactlyInAnyOrder(2L, 0L);
        answer(full, List.of());
        FetchRequest lost = request();
        fetches.answered(lost, new FetchAnswer(0, "FETCH_SESSION_ID_NOT_FOUND", List.of()), now);
        FetchRequest again = request();
        assertThat(again.isFull()).isTrue();
        assertThat(again.positions()).hasSize(2);
    }

    @Test
    void aLeaderWithoutSessionsIsAskedInFull() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3).with(3, 3));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        for (int i = 0; i < 4; i++) {
            FetchRequest request = request();
            assertThat(request.isFull()).isTrue();
            OfPartition part = leader.answer(request.positions().getFirst(), 1);
            fetches.answered(request, new FetchAnswer(0, "", List.of(part)), now);
        }
        assertThat(follower.records).isEqualTo(leader.records);
    }

    // ---- one request behind another

    @Test
    void whoJoinsIsAskedForBehindTheOpenRequest() {
        fetches.follow(lead(new ModelReplica("a", 0, 3)));
        assertThat(fetches.hasNewsForOpen()).isFalse();
        round(9);
        FetchRequest poll = request();
        assertThat(poll.positions()).isEmpty();
        assertThat(fetches.hasNewsForOpen()).isFalse();
        assertThat(next()).as("nothing new").isEmpty();
        ModelReplica leader = lead(new ModelReplica("b", 0, 3).with(3, 2));
        ModelReplica joins = new ModelReplica("b", 0, 3);
        fetches.follow(joins);
        assertThat(fetches.hasNewsForOpen()).isTrue();
        FetchRequest behind = request();
        assertThat(behind.sessionEpoch()).isEqualTo(poll.sessionEpoch() + 1);
        assertThat(behind.positions()).extracting(FetchPosition::key).containsExactly(joins.key());
        fetches.follow(lead(new ModelReplica("c", 0, 3)));
        assertThat(fetches.hasNewsForOpen()).isFalse();
        assertThat(next()).as("two are open").isEmpty();
        answer(poll, List.of());
        assertThat(request().sessionEpoch()).isEqualTo(behind.sessionEpoch() + 1);
        answer(behind, List.of(leader.answer(behind.positions().getFirst(), 9)));
        assertThat(joins.records).isEqualTo(leader.records);
    }

    @Test
    void whatIsSentTwiceIsAppendedOnce() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        round(9);
        FetchRequest poll = request();
        fetches.follow(lead(new ModelReplica("b", 0, 3)));
        FetchRequest behind = request();
        leader.with(3, 4);
        FetchPosition told = session.get(leader.key());
        answer(poll, List.of(leader.answer(told, 2)));
        answer(behind, List.of(leader.answer(told, 9)));
        assertThat(follower.records).hasSize(2);
        assertThat(counters.damaged()).isZero();
        round(9);
        assertThat(follower.records).isEqualTo(leader.records);
    }

    @Test
    void anAnswerToAnOlderPositionDoesNotCountForANewerOne() {
        ModelReplica leader = lead(new ModelReplica("a", 0, 3));
        ModelReplica follower = new ModelReplica("a", 0, 3);
        fetches.follow(follower);
        round(9);
        FetchRequest poll = request();
        fetches.follow(lead(new ModelReplica("b", 0, 3)));
        FetchRequest behind = request();
        leader.with(3, 4);
        FetchPosition told = session.get(leader.key());
        answer(poll, List.of(leader.answer(told, 2)));
        FetchRequest newer = request();
        assertThat(offsets(newer)).containsExactly(2L);
        answer(behind, List.of(leader.answer(told, 9)));
        assertThat(follower.records).hasSize(2);
        assertThat(counters.damaged()).isZero();
        answer(newer, List.of(leader.answer(newer.positions().getFirst(), 9)));
        assertThat(follower.records).isEqualTo(leader.records);
    }

    @Test
    void aSessionThatIsLostWithTwoRequestsOpenBeginsAnewWhenBothAreAnswered() {
        fetches.follow(lead(new ModelReplica("a", 0, 3)));
        round(9);
        FetchRequest poll = request();
        fetches.follow(lead(new ModelReplica("b", 0, 3)));
        FetchRequest behind = request();
        FetchAnswer lost = new FetchAnswer(0, "FETCH_SESSION_ID_NOT_FOUND", List.of());
        fetches.answered(poll, lost, now);
        assertThat(next()).as("the other answer belongs to the old session").isEmpty();
        fetches.answered(behind, lost, now);
        FetchRequest full = request();
        assertThat(full.isFull()).isTrue();
        assertThat(full.positions()).hasSize(2);
    }

    @Test
    void nothingGoesBehindARequestForASessionWhichTheLeaderAnswersAtOnce() {
        fetches.follow(lead(new ModelReplica("a", 0, 3)));
        FetchRequest first = request();
        assertThat(first.waitMaxMs()).isZero();
        fetches.follow(lead(new ModelReplica("b", 0, 3)));
        assertThat(fetches.hasNewsForOpen()).isFalse();
        assertThat(next()).isEmpty();
        fetches.answered(first, new FetchAnswer(0, "", List.of()), now);
        FetchRequest again = request();
        assertThat(again.positions()).hasSize(2);
        assertThat(again.waitMaxMs()).as("a leader that has no room").isEqualTo(500);
    }
}
