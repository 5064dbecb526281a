package io.headrace.broker.replication;

import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.replica.FollowOutcome;
import io.headrace.broker.replica.Follower;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A log as a plain list: one record per offset, of which only the leader epoch and a value count.
 * Plays a follower, and answers fetches as a leader does. A batch is 12 bytes: epoch, value.
 */
final class ModelReplica implements Follower {

    static final int RECORD_BYTES = 12;

    record Rec(int epoch, long value) {}

    final TopicPartition name;
    final TopicId id;
    final int leaderEpoch;
    long start;
    long highWatermark;
    final List<Rec> records = new ArrayList<>();

    /** Epochs that began at the log end without a record yet. */
    int notedEpoch = -1;

    boolean isFenced;
    volatile boolean flushesOnAck;
    boolean isDeviceBroken;
    volatile long flushedEnd;

    /** Whether a force is done at once, as on a device that takes no time. */
    boolean isForcedAtOnce;

    /** Who waits until the device has done what it was asked for. */
    final List<Consumer<FollowOutcome>> forces = new CopyOnWriteArrayList<>();

    ErrorCode refuses = ErrorCode.NONE;
    final List<Long> cuts = new ArrayList<>();

    ModelReplica(String topic, int partition, int leaderEpoch) {
        this.name = new TopicPartition(topic, partition);
        this.id = new TopicId(topic.hashCode(), 7);
        this.leaderEpoch = leaderEpoch;
    }

    ModelReplica with(int epoch, int count) {
        for (int i = 0; i < count; i++) {
            records.add(new Rec(epoch, epoch * 1000L + logEndOffset()));
        }
        return this;
    }

    FetchKey key() {
        return new FetchKey(id, name.partition());
    }

    @Override
    public TopicPartition name() {
        return name;
    }

    @Override
    public TopicId topicId() {
        return id;
    }

    @Override
    public int leaderEpoch() {
        return leaderEpoch;
    }

    @Override
    public long logStartOffset() {
        return start;
    }

    @Override
    public long logEndOffset() {
        return start + records.size();
    }

    @Override
    public long highWatermark() {
        return highWatermark;
    }

    @Override
    public int lastEpoch() {
        int last = records.isEmpty() ? -1 : records.getLast().epoch();
        return Math.max(last, notedEpoch);
    }

    @Override
    public EpochEnd endOffsetFor(int epoch) {
        if (epoch > lastEpoch() || lastEpoch() < 0) {
            return EpochEnd.UNKNOWN;
        }
        if (epoch == lastEpoch()) {
            return new EpochEnd(epoch, logEndOffset());
        }
        int floor = -1;
        long end = start;
        for (Rec each : records) {
            if (each.epoch() > epoch) {
                break;
            }
            floor = each.epoch();
            end++;
        }
        return new EpochEnd(floor < 0 ? epoch : floor, end);
    }

    @Override
    public FollowOutcome append(ByteBuffer batches, long leaderHighWatermark, long leaderStart) {
        if (isFenced) {
            return FollowOutcome.FENCED;
        }
        if (refuses != ErrorCode.NONE && batches.hasRemaining()) {
            return new FollowOutcome.Refused(refuses, "as the test asks");
        }
        ByteBuffer view = batches.duplicate();
        while (view.hasRemaining()) {
            records.add(new Rec(view.getInt(), view.getLong()));
        }
        highWatermark = Math.max(highWatermark, Math.min(leaderHighWatermark, logEndOffset()));
        while (start < Math.min(leaderStart, highWatermark)) {
            records.removeFirst();
            start++;
        }
        return FollowOutcome.DONE;
    }

    @Override
    public boolean owesFlush() {
        return flushesOnAck && flushedEnd < logEndOffset();
    }

    @Override
    public void whenFlushed(Consumer<FollowOutcome> then) {
        forces.add(then);
        if (isForcedAtOnce) {
            force();
        }
    }

    /** The device has done what it was asked for, or has failed. */
    void force() {
        FollowOutcome outcome = FollowOutcome.DONE;
        if (isDeviceBroken) {
            outcome = new FollowOutcome.Refused(ErrorCode.KAFKA_STORAGE_ERROR, "as the test asks");
        } else {
            flushedEnd = logEndOffset();
        }
        List<Consumer<FollowOutcome>> done = List.copyOf(forces);
        forces.clear();
        for (Consumer<FollowOutcome> each : done) {
            each.accept(outcome);
        }
    }

    @Override
    public FollowOutcome truncateTo(long offset) {
        if (isFenced) {
            return FollowOutcome.FENCED;
        }
        cuts.add(offset);
        while (logEndOffset() > offset) {
            records.removeLast();
        }
        notedEpoch = -1;
        highWatermark = Math.min(highWatermark, logEndOffset());
        return FollowOutcome.DONE;
    }

    @Override
    public FollowOutcome startAt(long offset) {
        cuts.add(offset);
        records.clear();
        notedEpoch = -1;
        start = offset;
        highWatermark = offset;
        return FollowOutcome.DONE;
    }

    // ---- as a leader

    OfPartition answer(FetchPosition asked, int recordsMax) {
        if (asked.lastEpoch() >= 0) {
            EpochEnd end = endOffsetFor(asked.lastEpoch());
            if (end.epoch() < asked.lastEpoch() || end.endOffset() < asked.offset()) {
                return answer(Refusal.NONE, end, ByteBuffer.allocate(0));
            }
        }
        if (asked.offset() < start || asked.offset() > logEndOffset()) {
            return answer(Refusal.OUT_OF_RANGE, EpochEnd.UNKNOWN, ByteBuffer.allocate(0));
        }
        int from = (int) (asked.offset() - start);
        int count = Math.min(recordsMax, records.size() - from);
        ByteBuffer batches = ByteBuffer.allocate(count * RECORD_BYTES);
        for (Rec each : records.subList(from, from + count)) {
            batches.putInt(each.epoch()).putLong(each.value());
        }
        return answer(Refusal.NONE, EpochEnd.UNKNOWN, batches.flip());
    }

    OfPartition refusal(Refusal refusal) {
        return answer(refusal, EpochEnd.UNKNOWN, ByteBuffer.allocate(0));
    }

    private OfPartition answer(Refusal refusal, EpochEnd diverging, ByteBuffer batches) {
        return new OfPartition(
                key(),
                refusal,
                refusal.name(),
                highWatermark,
                start,
                diverging.epoch(),
                diverging.endOffset(),
                batches);
    }
}
