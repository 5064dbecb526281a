package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A good copy of damaged segments on its way into the log: batches from another replica, each
 * checked, then put in the segments' place at once. What is sound in a log that was never compacted
 * is taken from itself: a leader may have records behind the damage that nobody else has yet.
 *
 * <p>Shape: until {@link #finish} the bytes are a file {@code <base>.log.repaired.cleaned}, which a
 * start deletes. Of a compacted log the copy may end before the segments do: after a crash in the
 * midst of the replacement those behind its last batch are still there, as whole as they were.
 *
 * <p>Owner: the thread that holds {@link LogSegments#beginRewriting}. Bounds: one segment, so 2 GiB
 * and as many offsets.
 */
public final class SegmentRewrite implements AutoCloseable {

    private static final long UNKNOWN = -1;

    /** Whether the copy of a compacted log still replaces enough. */
    interface StillRight {
        boolean test() throws IOException;
    }

    private final LogSegments segments;
    private final LogState state;
    private final List<SealedSegment> old;
    private final Optional<StillRight> compacted;
    private final long baseOffset;
    private final long endOffset;
    private final Path path;
    private final DiskFile file;
    private long position;

    /** How many bytes of the damaged segment lie before the log start. */
    private long ownShift = UNKNOWN;

    private long next;
    private boolean isOver;

    /**
     * @param old neighbours by rising offset
     * @param compacted present when offsets may be missing
     */
    SegmentRewrite(
            LogSegments segments,
            LogState state,
            List<SealedSegment> old,
            Optional<StillRight> compacted)
            throws IOException {
        this.segments = segments;
        this.state = state;
        this.old = old;
        this.compacted = compacted;
        this.baseOffset = old.getFirst().baseOffset();
        this.endOffset = old.getLast().nextOffset();
        this.path =
                SegmentName.in(
                        state.directory,
                        baseOffset,
                        SegmentName.LOG + ".repaired" + SegmentName.CLEANED);
        this.file = state.disk.open(path);
        file.truncate(0);
        // Nobody has to have what lies before the log start.
        this.next = Math.max(baseOffset, state.logStartOffset);
    }

    /** From where batches are missing. */
    public long nextOffset() {
        return next;
    }

    public boolean isComplete() {
        return next >= endOffset;
    }

    /**
     * Adds what this log itself has of what is missing next, up to the first batch that is not
     * sound or cannot be read.
     */
    public void addOwn() throws IOException {
        List<Segment> found = compacted.isPresent() ? List.of() : segments.find(old);
        if (found.isEmpty() || !found.getFirst().tryHold()) {
            return;
        }
        Segment held = found.getFirst();
        try {
            OwnBatches own = new OwnBatches(held);
            while (!isComplete() && takeOwn(own)) {
                // one batch after the other
            }
        } finally {
            held.release();
        }
    }

    /** Without damage the copy is byte for byte as the segment was, from the log start on. */
    private boolean takeOwn(OwnBatches own) throws IOException {
        if (ownShift == UNKNOWN) {
            long at = own.positionOf(next);
            ownShift = at < 0 ? UNKNOWN : at - position;
        }
        OwnBatches.Batch batch = ownShift == UNKNOWN ? null : own.at(ownShift + position);
        if (batch == null
                || batch.nextOffset() <= next
                || !refusal(batch.baseOffset(), batch.nextOffset(), batch.leaderEpoch())
                        .isEmpty()) {
            return false;
        }
        own.copy(batch, file, position);
        taken(batch.sizeInBytes(), batch.nextOffset());
        return true;
    }

    /**
     * Adds whole batches; those before and behind what is missing are left out.
     *
     * @return why the batches cannot be part of this log; empty when they were taken
     */
    public String add(ByteBuffer batches) throws IOException {
        for (int at = batches.position(); at < batches.limit() && !isComplete(); ) {
            if (BatchCheck.framing(batches, at, batches.limit())
                    instanceof BatchCheck.Refused refused) {
                return refused.reason();
            }
            int bytes = RecordBatch.sizeInBytes(batches, at);
            if (RecordBatch.nextOffset(batches, at) > next) {
                String refusal = take(batches, at, bytes);
                if (!refusal.isEmpty()) {
                    return refusal;
                }
            }
            at += bytes;
        }
        return "";
    }

    private String take(ByteBuffer batches, int at, int bytes) throws IOException {
        long base = RecordBatch.baseOffset(batches, at);
        long end = RecordBatch.nextOffset(batches, at);
        if (base >= endOffset && compacted.isPresent()) {
            next = endOffset; // compacted away there
            return "";
        }
        String refusal = refusal(base, end, RecordBatch.leaderEpoch(batches, at));
        if (!refusal.isEmpty()) {
            return refusal;
        }
        if (position + bytes > Integer.MAX_VALUE || end - baseOffset > Integer.MAX_VALUE) {
            return "what has to be replaced does not fit into one segment";
        }
        file.write(batches.slice(at, bytes), position);
        taken(bytes, end);
        return "";
    }

    /** Why a batch cannot be the next one of the copy; empty when it can. */
    private String refusal(long base, long end, int leaderEpoch) {
        if (base > next && compacted.isEmpty()) {
            return "the records from " + next + " to " + (base - 1) + " are not there";
        }
        if (base < baseOffset || end > endOffset || (base < next && position > 0)) {
            return "a batch reaches beyond the segment";
        }
        return isOfThisHistory(leaderEpoch, base)
                ? ""
                : "a batch has another leader epoch than here";
    }

    private void taken(int bytes, long end) {
        position += bytes;
        next = end;
    }

    private boolean isOfThisHistory(int leaderEpoch, long base) {
        long offset = Math.max(base, state.logStartOffset);
        return state.epochs.agrees(leaderEpoch, offset, compacted.isPresent());
    }

    /**
     * Puts the copy in the place of the damaged segments; durable on return. What was compacted
     * here is compacted anew: the other replica may not have been as far.
     *
     * @return false when the segments have changed meanwhile
     */
    public boolean finish() throws IOException {
        if (!isComplete()) {
            throw new IllegalStateException("batches from " + next + " on are missing");
        }
        if (compacted.isPresent()) {
            if (!compacted.get().test()) {
                return false;
            }
            if (segments.cleanedOffset() > baseOffset) {
                segments.cleanedTo(baseOffset);
            }
        }
        isOver = true;
        file.force();
        file.close();
        boolean isDone = segments.replace(old, path);
        if (isDone) {
            segments.repaired();
        }
        return isDone;
    }

    /** Drops the copy, unless it was finished. */
    @Override
    public void close() throws IOException {
        if (!isOver) {
            isOver = true;
            file.close();
            state.disk.delete(path);
        }
    }
}
