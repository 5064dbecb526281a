package io.headrace.broker.replica;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.FlushOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * This broker's part while another one leads the partition: takes over what a fetcher brings. Lives
 * for one leader epoch; once it is over, every change is {@link FollowOutcome.Fenced}.
 *
 * <p>Owner: changes run under the partition's lock; what is read is published by the log.
 */
final class FollowerRole implements Follower {

    private final Partition partition;
    private final PartitionLog log;
    private final int leaderEpoch;

    /** As the leader last told it; may lie beyond the log's end. */
    private volatile long leaderHighWatermark;

    /**
     * @param leaderEpoch of the leader that is followed
     */
    FollowerRole(Partition partition, int leaderEpoch) {
        this.partition = partition;
        this.log = partition.log();
        this.leaderEpoch = leaderEpoch;
    }

    @Override
    public TopicPartition name() {
        return partition.name();
    }

    @Override
    public TopicId topicId() {
        return partition.topicId();
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public long logStartOffset() {
        return log.logStartOffset();
    }

    @Override
    public long logEndOffset() {
        return log.logEndOffset();
    }

    @Override
    public long highWatermark() {
        return partition.highWatermark();
    }

    long offsetLag() {
        return Math.max(0, leaderHighWatermark - log.logEndOffset());
    }

    @Override
    public int lastEpoch() {
        return log.latestLeaderEpoch();
    }

    @Override
    public EpochEnd endOffsetFor(int epoch) {
        return log.endOffsetFor(epoch);
    }

    @Override
    public boolean owesFlush() {
        return log.config().flush().onAck() && log.recoveryPoint() < log.logEndOffset();
    }

    @Override
    public void whenFlushed(Consumer<FollowOutcome> then) {
        log.whenFlushed(log.logEndOffset(), outcome -> then.accept(of(outcome)));
    }

    private static FollowOutcome of(FlushOutcome outcome) {
        return switch (outcome) {
            case FlushOutcome.Flushed _ -> FollowOutcome.DONE;
            case FlushOutcome.Failed(ErrorCode code, String text) ->
                    new FollowOutcome.Refused(code, text);
        };
    }

    @Override
    public FollowOutcome append(ByteBuffer batches, long leaderHighWatermark, long leaderLogStart) {
        this.leaderHighWatermark = leaderHighWatermark;
        return partition.asFollower(
                this,
                answers -> {
                    if (batches.hasRemaining()) {
                        startInsideBatch(batches);
                        if (log.appendAsFollower(
                                        new LeadersBatches(batches).believable(leaderEpoch))
                                instanceof AppendOutcome.Refused(ErrorCode code, String text)) {
                            return new FollowOutcome.Refused(code, text);
                        }
                    }
                    long committed = Math.min(leaderHighWatermark, log.logEndOffset());
                    if (committed > partition.highWatermark()) {
                        partition.commit(committed);
                        answers.committedBytes = Waiters.ANY_BYTES;
                    }
                    log.startsAtLeast(leaderLogStart);
                    return FollowOutcome.DONE;
                });
    }

    /**
     * The leader's log may start inside a batch, and whole batches are what it sends: a log without
     * records begins where the first batch does.
     */
    private void startInsideBatch(ByteBuffer batches) throws IOException {
        long end = log.logEndOffset();
        int first = batches.position();
        if (log.logStartOffset() != end || batches.remaining() < RecordBatch.HEADER_SIZE) {
            return;
        }
        long base = RecordBatch.baseOffset(batches, first);
        if (base >= 0 && base < end && RecordBatch.nextOffset(batches, first) > end) {
            log.truncateFullyAndStartAt(base);
            partition.commit(base);
        }
    }

    @Override
    public FollowOutcome truncateTo(long offset) {
        return partition.asFollower(
                this,
                answers -> {
                    // Nobody may read, or be told, what is about to go.
                    partition.commit(Math.min(partition.highWatermark(), offset));
                    long end = log.truncateTo(offset);
                    partition.commit(Math.min(partition.highWatermark(), end));
                    return FollowOutcome.DONE;
                });
    }

    @Override
    public FollowOutcome startAt(long offset) {
        return partition.asFollower(
                this,
                answers -> {
                    log.truncateFullyAndStartAt(offset);
                    partition.commit(offset);
                    return FollowOutcome.DONE;
                });
    }

    /** A change of the log by a follower. */
    interface Change {
        FollowOutcome apply(Answers answers) throws IOException;
    }

    static FollowOutcome run(Change change, Answers answers) {
        try {
            return change.apply(answers);
        } catch (DiskFullException e) {
            return new FollowOutcome.Refused(
                    ErrorCode.DISK_NEARLY_FULL, "no disk space: " + e.getMessage());
        } catch (IOException e) {
            return new FollowOutcome.Refused(ErrorCode.KAFKA_STORAGE_ERROR, e.toString());
        }
    }
}
