package io.headrace.broker.log.producer;

import static io.headrace.model.record.RecordBatch.NO_PRODUCER_EPOCH;
import static io.headrace.model.record.RecordBatch.NO_SEQUENCE;

import io.headrace.model.record.RecordBatch;
import java.nio.ByteBuffer;

/**
 * The last batches of one producer in one log.
 *
 * <p>Two layers: what is in the log, and what was admitted in a round of appends that is not yet
 * written. The second counts only while its round lasts, so that a write that fails leaves nothing
 * to undo.
 *
 * <p>Invariant: the batches kept are of the current epoch, and neighbours in sequence unless
 * compaction came between; none before the first write, and after an epoch that began with a
 * marker. Bounds: {@value #BATCHES_MAX} batches, what a client may have in flight.
 */
final class ProducerState {

    static final int BATCHES_MAX = 5;

    static final int NONE = -1;

    final long id;
    private short epoch = NO_PRODUCER_EPOCH;
    private int coordinatorEpoch = NONE;
    private long transactionFirstOffset = NONE;
    private long writtenMs;

    private final int[] lastSequences = new int[BATCHES_MAX];
    private final int[] offsetDeltas = new int[BATCHES_MAX];
    private final long[] lastOffsets = new long[BATCHES_MAX];
    private final long[] timesMs = new long[BATCHES_MAX];
    private int count;
    private int newest = BATCHES_MAX - 1;

    private long round;
    private short admittedEpoch;
    private int admittedLastSequence;

    ProducerState(long id, long nowMs) {
        this.id = id;
        this.writtenMs = nowMs;
    }

    /** Whether nothing of this producer is known, so that it may begin anywhere. */
    boolean isUnknown() {
        return epoch == NO_PRODUCER_EPOCH;
    }

    short epoch() {
        return epoch;
    }

    int lastSequence() {
        return count == 0 ? NO_SEQUENCE : lastSequences[newest];
    }

    /** -1 when no batch is kept. */
    long lastOffset() {
        return count == 0 ? NONE : lastOffsets[newest];
    }

    int lastOffsetDelta() {
        return count == 0 ? 0 : offsetDeltas[newest];
    }

    long writtenMs() {
        return writtenMs;
    }

    int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    /** -1 outside a transaction. */
    long transactionFirstOffset() {
        return transactionFirstOffset;
    }

    /** A marker ended the transaction, if there was one. */
    void marked(short markerEpoch, long nowMs) {
        epoch(markerEpoch);
        transactionFirstOffset = NONE;
        writtenMs = nowMs;
    }

    void restore(short epoch, int coordinatorEpoch, long transactionFirstOffset, long writtenMs) {
        this.epoch = epoch;
        this.coordinatorEpoch = coordinatorEpoch;
        this.transactionFirstOffset = transactionFirstOffset;
        this.writtenMs = writtenMs;
    }

    /** A batch is in the log. */
    void add(short batchEpoch, int lastSequence, long lastOffset, int offsetDelta, long timeMs) {
        epoch(batchEpoch);
        newest = (newest + 1) % BATCHES_MAX;
        count = Math.min(count + 1, BATCHES_MAX);
        lastSequences[newest] = lastSequence;
        offsetDeltas[newest] = offsetDelta;
        lastOffsets[newest] = lastOffset;
        timesMs[newest] = timeMs;
        writtenMs = timeMs;
    }

    /** A batch right before the newest one, which stays the newest. */
    void recall(int lastSequence, long lastOffset, int offsetDelta, long timeMs) {
        int after = (newest + 1) % BATCHES_MAX;
        lastSequences[after] = lastSequences[newest];
        lastOffsets[after] = lastOffsets[newest];
        offsetDeltas[after] = offsetDeltas[newest];
        timesMs[after] = timesMs[newest];
        lastSequences[newest] = lastSequence;
        lastOffsets[newest] = lastOffset;
        offsetDeltas[newest] = offsetDelta;
        timesMs[newest] = timeMs;
        newest = after;
        count = Math.min(count + 1, BATCHES_MAX);
    }

    private void epoch(short next) {
        if (epoch != next) {
            epoch = next;
            count = 0;
        }
    }

    // ---- a round of appends

    boolean isAdmittedIn(long now) {
        return round == now;
    }

    /** The epoch that the next batch meets. */
    short epochIn(long now) {
        return round == now ? admittedEpoch : epoch;
    }

    /** The sequence that the next batch follows. */
    int lastSequenceIn(long now) {
        return round == now ? admittedLastSequence : lastSequence();
    }

    void admit(long now, short batchEpoch, int lastSequence) {
        round = now;
        admittedEpoch = batchEpoch;
        admittedLastSequence = lastSequence;
    }

    // ---- duplicates

    /** Slot of the batch that is exactly the one in the buffer; -1 when none is. */
    int find(ByteBuffer batches, int at) {
        if (RecordBatch.producerEpoch(batches, at) != epoch) {
            return NONE;
        }
        int lastSequence = RecordBatch.lastSequence(batches, at);
        int offsetDelta = RecordBatch.lastOffsetDelta(batches, at);
        for (int i = 0; i < count; i++) {
            int slot = (newest - i + BATCHES_MAX) % BATCHES_MAX;
            if (lastSequences[slot] == lastSequence && offsetDeltas[slot] == offsetDelta) {
                return slot;
            }
        }
        return NONE;
    }

    long baseOffsetAt(int slot) {
        return lastOffsets[slot] - offsetDeltas[slot];
    }

    long lastOffsetAt(int slot) {
        return lastOffsets[slot];
    }

    long timeMsAt(int slot) {
        return timesMs[slot];
    }
}
