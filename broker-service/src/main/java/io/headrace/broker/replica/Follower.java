package io.headrace.broker.replica;

import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * A replica that copies one leader, in one leader epoch: what a fetcher sees of it and may do.
 *
 * <p>Once another epoch begins, every change is {@link FollowOutcome.Fenced}: what an old leader
 * sent cannot reach the log any more. Blocks for the log, and for the device when it truncates.
 */
public interface Follower {

    TopicPartition name();

    TopicId topicId();

    /** Of the leader that is followed. */
    int leaderEpoch();

    long logStartOffset();

    long logEndOffset();

    long highWatermark();

    /** Newest epoch in the log, -1 for none. */
    int lastEpoch();

    /** Where the epoch ended in this replica's log. */
    EpochEnd endOffsetFor(int epoch);

    /**
     * Takes over what the leader answered; checksums are verified, and all of it is appended or
     * none. It is not durable yet, see {@link #owesFlush}.
     *
     * @param batches may be empty, then only the offsets move
     * @param leaderHighWatermark the own one becomes this, or the own log end when that is less
     * @param leaderLogStart the own one becomes this, or the own high watermark when that is less
     */
    FollowOutcome append(ByteBuffer batches, long leaderHighWatermark, long leaderLogStart);

    /**
     * Whether the topic's {@code flush.on.ack} asks to wait until the log {@link #whenFlushed is
     * flushed} before the leader hears how far it goes: that counts as an acknowledgement.
     */
    boolean owesFlush();

    /**
     * Has everything forced that was appended, together with what others wait for, and says what
     * came of it on a thread that flushes. Never blocks. After the end of the leader epoch, too: a
     * log that is cut, deleted or closed meanwhile is a refusal.
     */
    void whenFlushed(Consumer<FollowOutcome> then);

    /** Removes all records at and above the offset. */
    FollowOutcome truncateTo(long offset);

    /** Removes all records; the next one gets the offset. */
    FollowOutcome startAt(long offset);
}
