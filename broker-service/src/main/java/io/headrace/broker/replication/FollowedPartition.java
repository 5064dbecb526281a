package io.headrace.broker.replication;

import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.replica.FollowOutcome;
import io.headrace.broker.replica.Follower;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition in the fetches to one leader, and what its answers mean.
 *
 * <pre>
 *   asked --batches------------> appended (forced, where the topic asks for it), asked again from
 *                                the new end
 *         --histories diverge--> truncated where they part, asked again
 *         --out of range-------> begun anew at the leader's start, asked again
 *         --refused, damaged---> asked again after a pause that grows; the high watermark moves
 *                                all the same, where the answer has one
 *         --fenced-------------> left alone until the converger says who leads
 * </pre>
 *
 * <p>Owner: {@link LeaderFetches}.
 */
final class FollowedPartition {

    private static final Logger LOG = LoggerFactory.getLogger(FollowedPartition.class);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** What to do next with the partition. */
    enum Next {
        /** Its position is as it was: nothing to tell the leader. */
        SAME,
        /** Its position is news. */
        ASK,
        /** Not before a pause. */
        PAUSE,
        /** Never again under this leader epoch. */
        LEAVE
    }

    private final Follower follower;
    private final FetchCounters counters;
    private @Nullable FetchPosition asked;
    private long askedIn;
    private int failures;

    FollowedPartition(Follower follower, FetchCounters counters) {
        this.follower = follower;
        this.counters = counters;
    }

    Follower follower() {
        return follower;
    }

    TopicPartition name() {
        return follower.name();
    }

    FetchKey key() {
        return new FetchKey(follower.topicId(), follower.name().partition());
    }

    /** Failures in a row. */
    int failures() {
        return failures;
    }

    /** Null unless the leader was told a position that still counts. */
    @Nullable FetchPosition asked() {
        return asked;
    }

    /** Number of the request that told the leader. */
    long askedIn() {
        return askedIn;
    }

    /**
     * @param number of the request that tells the leader
     */
    FetchPosition ask(long number) {
        FetchPosition position =
                new FetchPosition(
                        follower.name(),
                        follower.topicId(),
                        follower.logEndOffset(),
                        follower.lastEpoch(),
                        follower.leaderEpoch(),
                        follower.logStartOffset(),
                        follower.highWatermark());
        asked = position;
        askedIn = number;
        return position;
    }

    /** The answer on its way, if any, does not count any more. */
    void forgetAsked() {
        asked = null;
    }

    Next take(OfPartition answer) {
        FetchPosition position = asked;
        if (position == null) {
            return Next.SAME;
        }
        if (position.offset() != follower.logEndOffset()
                || position.lastEpoch() != follower.lastEpoch()) {
            return Next.ASK;
        }
        return switch (answer.refusal()) {
            case NONE ->
                    answer.divergingEpoch() >= 0
                            ? part(answer, position)
                            : append(answer, position);
            case OUT_OF_RANGE -> startOver(answer, position);
            case NOT_NOW -> {
                counters.refusals.increment();
                yield without(answer, "the leader refuses a fetch", answer.error());
            }
        };
    }

    /**
     * No records came of an answer. What it says of the leader's high watermark counts all the
     * same: a leader with damage in its log is repaired with what its followers know is committed.
     */
    private Next without(OfPartition answer, String what, String why) {
        boolean isFenced =
                answer.highWatermark() >= 0
                        && follower.append(NOTHING, answer.highWatermark(), answer.logStartOffset())
                                instanceof FollowOutcome.Fenced;
        return isFenced ? Next.LEAVE : failed(what, why);
    }

    private Next append(OfPartition answer, FetchPosition position) {
        int bytes = answer.batches().remaining();
        FollowOutcome outcome =
                follower.append(answer.batches(), answer.highWatermark(), answer.logStartOffset());
        if (outcome instanceof FollowOutcome.Refused(ErrorCode code, String text)) {
            counters.damaged.increment();
            return without(answer, "what the leader sent was not appended", code + ": " + text);
        }
        if (outcome instanceof FollowOutcome.Fenced) {
            return Next.LEAVE;
        }
        failures = 0;
        counters.bytes.add(bytes);
        // The leader waits for the new start: whoever deletes records is answered when all have it.
        boolean isNews = bytes > 0 || position.logStartOffset() != follower.logStartOffset();
        return isNews ? Next.ASK : Next.SAME;
    }

    /**
     * Truncates to where the histories part, as far as this answer tells: an epoch that this log
     * does not know is replaced by the next smaller one, and the leader asked again (KIP-279).
     */
    private Next part(OfPartition answer, FetchPosition position) {
        EpochEnd own = follower.endOffsetFor(answer.divergingEpoch());
        long end = position.offset();
        long target;
        if (own.epoch() == EpochEnd.UNDEFINED) {
            target = Math.min(end, answer.divergingEnd());
        } else if (own.epoch() != answer.divergingEpoch()) {
            target = Math.min(end, own.endOffset());
        } else {
            target = Math.min(end, Math.min(own.endOffset(), answer.divergingEnd()));
        }
        if (target < 0) {
            return failed("a diverging epoch without an end", answer.toString());
        }
        LOG.atInfo()
                .addKeyValue("topic", position.name().topic())
                .addKeyValue("partition", position.name().partition())
                .addKeyValue("leaderEpoch", position.leaderEpoch())
                .addKeyValue("offset", target)
                .log(
                        "The histories part: epoch {} ends at {} in the leader's log, this one ends"
                                + " at {} with epoch {}",
                        answer.divergingEpoch(),
                        answer.divergingEnd(),
                        end,
                        position.lastEpoch());
        return changed(follower.truncateTo(target), position, counters.truncations::increment);
    }

    private Next startOver(OfPartition answer, FetchPosition position) {
        boolean isEmpty = position.offset() == position.logStartOffset();
        long start = answer.logStartOffset();
        if (start < 0 || (start <= position.offset() && !isEmpty) || start == position.offset()) {
            return failed("the position is out of range", "the leader's log starts at " + start);
        }
        LOG.atInfo()
                .addKeyValue("topic", position.name().topic())
                .addKeyValue("partition", position.name().partition())
                .addKeyValue("leaderEpoch", position.leaderEpoch())
                .addKeyValue("offset", start)
                .log("The leader's log starts behind the end of this one; starting anew there");
        return changed(follower.startAt(start), position, counters.startsOver::increment);
    }

    private Next changed(FollowOutcome outcome, FetchPosition position, Runnable count) {
        return switch (outcome) {
            case FollowOutcome.Fenced _ -> Next.LEAVE;
            case FollowOutcome.Refused(ErrorCode code, String text) ->
                    failed("the log could not be cut", code + ": " + text);
            case FollowOutcome.Done _ -> {
                count.run();
                boolean hasMoved =
                        follower.logEndOffset() != position.offset()
                                || follower.lastEpoch() != position.lastEpoch();
                yield hasMoved
                        ? Next.ASK
                        : failed("a cut changed nothing", "at offset " + position.offset());
            }
        };
    }

    /** What was appended is durable, or could not be made so. */
    Next forced(FollowOutcome outcome) {
        return switch (outcome) {
            case FollowOutcome.Done _ -> Next.ASK;
            case FollowOutcome.Fenced _ -> Next.LEAVE;
            case FollowOutcome.Refused(ErrorCode code, String text) ->
                    failed("what was appended is not durable", code + ": " + text);
        };
    }

    /** A bug met this partition; the others go on. */
    Next broken(RuntimeException failure) {
        LOG.atError()
                .setCause(failure)
                .addKeyValue("topic", follower.name().topic())
                .addKeyValue("partition", follower.name().partition())
                .addKeyValue("leaderEpoch", follower.leaderEpoch())
                .log("An answer of the leader could not be handled; it will be tried again");
        failures++;
        return Next.PAUSE;
    }

    private Next failed(String what, String why) {
        failures++;
        boolean isRare = Integer.bitCount(failures) == 1;
        (isRare && failures >= 8 ? LOG.atWarn() : LOG.atDebug())
                .addKeyValue("topic", follower.name().topic())
                .addKeyValue("partition", follower.name().partition())
                .addKeyValue("leaderEpoch", follower.leaderEpoch())
                .addKeyValue("offset", follower.logEndOffset())
                .log("Not copied for {} tries: {} ({})", failures, what, why);
        return Next.PAUSE;
    }
}
