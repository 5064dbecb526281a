package io.headrace.broker.log.producer;

import io.headrace.broker.disk.Disk;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All idempotent producers of one log.
 *
 * <pre>
 *   known     batch                                        verdict
 *   nothing   any                                          in sequence
 *   epoch e   lower epoch                                  INVALID_PRODUCER_EPOCH
 *   epoch e   higher epoch, sequence 0                     in sequence
 *   epoch e   higher epoch, else                           OUT_OF_ORDER_SEQUENCE_NUMBER
 *   epoch e   e, sequence follows the last (MAX, then 0)   in sequence
 *   epoch e   e, exactly one of the last five              duplicate
 *   epoch e   e, else                                      OUT_OF_ORDER_SEQUENCE_NUMBER
 * </pre>
 *
 * A request of several batches is taken or refused whole; when only some of them are duplicates it
 * is {@code DUPLICATE_SEQUENCE_NUMBER}.
 *
 * <p>Requests that are written together form a group: {@link #beginGroup}, {@link #check} for each,
 * the write, {@link #note} for each batch. A group that is not written needs nothing more.
 *
 * <p>Owner: the log's writer lock. Bounds: as many producers as wrote within the expiry time, and
 * {@link ProducerBound} at most, some 300 bytes each.
 */
public final class ProducerStates {

    private static final Logger LOG = LoggerFactory.getLogger(ProducerStates.class);

    private final TopicPartition partition;
    private final SnapshotFiles snapshots;
    private final ProducerBound bound;
    private final ProducerTable producers = new ProducerTable();
    private long group = 1;

    /**
     * Knows no producer before {@link #restore}.
     *
     * @param path of the snapshot before an offset
     * @param found offsets of the snapshots that are there
     */
    public ProducerStates(
            TopicPartition partition,
            Disk disk,
            LongFunction<Path> path,
            Collection<Long> found,
            ProducerBound bound) {
        this.partition = partition;
        this.bound = bound;
        this.snapshots = new SnapshotFiles(disk, path, found);
    }

    public int count() {
        return producers.count();
    }

    // ---- appends

    /** What was found in sequence and is not noted counts no longer. */
    public void beginGroup() {
        makeRoom(); // also for those whose batches were checked and then not written
        group++;
    }

    /**
     * Checks whole batches between position and limit against what is noted, and what was found in
     * sequence in this group.
     *
     * @param isFirst nothing of this group waits to be written, so that the verdict is final
     */
    public Verdict check(ByteBuffer batches, boolean isFirst, long nowMs) {
        for (int at = batches.position(); at < batches.limit(); ) {
            int end = at + RecordBatch.sizeInBytes(batches, at);
            long id = RecordBatch.producerId(batches, at);
            if (id != RecordBatch.NO_PRODUCER_ID) {
                ProducerState state = known(id, nowMs);
                if (!isNext(state, batches, at)) {
                    boolean isAlone = at == batches.position() && end == batches.limit();
                    if (!isFirst && (!isAlone || state.isAdmittedIn(group))) {
                        return Verdict.AFTER_GROUP;
                    }
                    if (isFirst) {
                        group++;
                    }
                    return verdict(state, batches, at);
                }
                state.admit(
                        group,
                        RecordBatch.producerEpoch(batches, at),
                        RecordBatch.lastSequence(batches, at));
            }
            at = end;
        }
        return Verdict.IN_SEQUENCE;
    }

    private boolean isNext(ProducerState state, ByteBuffer batches, int at) {
        if (state.isUnknown() && !state.isAdmittedIn(group)) {
            return true;
        }
        short epoch = RecordBatch.producerEpoch(batches, at);
        short before = state.epochIn(group);
        int sequence = RecordBatch.baseSequence(batches, at);
        return epoch == before
                ? sequence == following(state.lastSequenceIn(group))
                : epoch > before && sequence == 0;
    }

    /** The largest sequence is followed by 0, and so is -1, which stands for none. */
    private static int following(int sequence) {
        return (sequence + 1) & Integer.MAX_VALUE;
    }

    /** On a request that the log cannot take because of the batch at the position. */
    private Verdict verdict(ProducerState state, ByteBuffer batches, int at) {
        long base = -1;
        long next = -1;
        long writtenMs = -1;
        boolean isWhole = true;
        for (int each = batches.position(); each < batches.limit(); ) {
            ProducerState owner = producers.find(RecordBatch.producerId(batches, each));
            int slot = owner == null ? -1 : owner.find(batches, each);
            if (owner == null || slot < 0) {
                isWhole = false;
            } else {
                isWhole &= base < 0 || owner.baseOffsetAt(slot) == next;
                base = base < 0 ? owner.baseOffsetAt(slot) : base;
                next = owner.lastOffsetAt(slot) + 1;
                writtenMs = owner.timeMsAt(slot);
            }
            each += RecordBatch.sizeInBytes(batches, each);
        }
        if (base < 0) {
            return outOfOrder(state, batches, at);
        }
        return isWhole
                ? new Verdict.Duplicate(base, next - 1, writtenMs)
                : new Verdict.Refused(
                        ErrorCode.DUPLICATE_SEQUENCE_NUMBER,
                        "some batches of the request are in the log already and others are not;"
                                + " send each in a request of its own");
    }

    private static Verdict outOfOrder(ProducerState state, ByteBuffer batches, int at) {
        short epoch = RecordBatch.producerEpoch(batches, at);
        int sequence = RecordBatch.baseSequence(batches, at);
        if (epoch < state.epoch()) {
            return new Verdict.Refused(
                    ErrorCode.INVALID_PRODUCER_EPOCH,
                    "producer "
                            + state.id
                            + " writes with epoch "
                            + epoch
                            + ", its newest is "
                            + state.epoch());
        }
        return new Verdict.Refused(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                "producer "
                        + state.id
                        + " of epoch "
                        + epoch
                        + " sent sequence "
                        + sequence
                        + ", expected was "
                        + (epoch == state.epoch() ? following(state.lastSequence()) : 0));
    }

    /** A batch, with its offsets, is in the log: whatever it says is so now. */
    public void note(ByteBuffer buffer, int at, long nowMs) {
        long id = RecordBatch.producerId(buffer, at);
        if (id == RecordBatch.NO_PRODUCER_ID) {
            return;
        }
        ProducerState state = known(id, nowMs);
        short epoch = RecordBatch.producerEpoch(buffer, at);
        if (epoch < state.epoch()) {
            LOG.atWarn()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("partition", partition.partition())
                    .addKeyValue("offset", RecordBatch.baseOffset(buffer, at))
                    .log("Producer {} went from epoch {} back to {}", id, state.epoch(), epoch);
        }
        if (RecordBatch.isControl(buffer, at)) {
            state.marked(epoch, nowMs);
        } else {
            state.add(
                    epoch,
                    RecordBatch.lastSequence(buffer, at),
                    RecordBatch.lastOffset(buffer, at),
                    RecordBatch.lastOffsetDelta(buffer, at),
                    RecordBatch.isLogAppendTime(buffer, at)
                            ? RecordBatch.maxTimestamp(buffer, at)
                            : nowMs);
        }
        makeRoom();
    }

    /**
     * A batch that lies below the snapshot that was restored; batches come in order. It counts only
     * for its duplicates.
     */
    public void recall(ByteBuffer buffer, int at) {
        ProducerState state = producers.find(RecordBatch.producerId(buffer, at));
        if (state != null
                && !RecordBatch.isControl(buffer, at)
                && RecordBatch.producerEpoch(buffer, at) == state.epoch()
                && RecordBatch.lastOffset(buffer, at) < state.lastOffset()) {
            state.recall(
                    RecordBatch.lastSequence(buffer, at),
                    RecordBatch.lastOffset(buffer, at),
                    RecordBatch.lastOffsetDelta(buffer, at),
                    RecordBatch.isLogAppendTime(buffer, at)
                            ? RecordBatch.maxTimestamp(buffer, at)
                            : state.writtenMs());
        }
    }

    private ProducerState known(long id, long nowMs) {
        ProducerState state = producers.find(id);
        if (state == null) {
            state = new ProducerState(id, nowMs);
            producers.add(state);
        }
        return state;
    }

    // ---- life

    /** Whether the batch that ends at the offset is the newest of a producer that may write on. */
    public boolean isLastBatch(long id, long lastOffset) {
        ProducerState state = producers.find(id);
        return state != null && state.lastOffset() == lastOffset;
    }

    /**
     * Forgets who wrote last at least that long ago and is not in a transaction; returns how many.
     */
    public int expire(long nowMs, long expirationMs) {
        return producers.removeIf(
                state ->
                        state.transactionFirstOffset() < 0
                                && nowMs - state.writtenMs() >= expirationMs);
    }

    /**
     * When there are too many, an eighth of them goes at once, so that a flood of new producers
     * costs little each.
     */
    private void makeRoom() {
        int max = bound.countMax();
        int excess = producers.count() - max;
        if (excess <= 0) {
            return;
        }
        List<ProducerState> oldest = producers.all();
        oldest.removeIf(state -> state.transactionFirstOffset() >= 0);
        oldest.sort(
                Comparator.comparingLong(ProducerState::writtenMs)
                        .thenComparingLong(ProducerState::lastOffset));
        Set<ProducerState> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        gone.addAll(oldest.subList(0, Math.min(oldest.size(), excess + max / 8)));
        bound.crowdedOut(producers.removeIf(gone::contains));
    }

    // ---- snapshots

    /** Writes down what is known now, at the log's end; not forced. */
    public void snapshot(long endOffset, LongPredicate beginsSegment) throws IOException {
        if (snapshots.has(endOffset)) {
            return;
        }
        List<ProducerState> known = producers.all();
        known.removeIf(ProducerState::isUnknown);
        snapshots.write(endOffset, known);
        snapshots.prune(beginsSegment);
    }

    /**
     * Knows what the newest snapshot says; the others that are not of use are deleted.
     *
     * @param startOffset of the log's first file
     * @param endOffset of the log; a snapshot behind it tells of records that are no more
     * @return from where on batches have to be noted, at most {@code endOffset}
     */
    public long restore(long startOffset, long endOffset, LongPredicate beginsSegment)
            throws IOException {
        producers.clear();
        snapshots.deleteDurablyIf(each -> each < startOffset || each > endOffset);
        SnapshotFiles.Found newest = snapshots.newest();
        newest.producers().forEach(producers::add);
        makeRoom();
        snapshots.prune(beginsSegment);
        return Math.max(startOffset, newest.offset());
    }

    /** Before records from the offset on go: no snapshot that tells of them may return. */
    public void endsAt(long offset) throws IOException {
        snapshots.deleteDurablyIf(each -> each > offset);
    }

    /** The first segment begins here now. */
    public void startsAt(long offset) throws IOException {
        snapshots.deleteBelow(offset);
    }

    /** Whether a producer's newest batch is one that a log that ends at the offset has not. */
    public boolean knowsBehind(long endOffset) {
        for (ProducerState each : producers.all()) {
            if (each.lastOffset() >= endOffset) {
                return true;
            }
        }
        return false;
    }
}
