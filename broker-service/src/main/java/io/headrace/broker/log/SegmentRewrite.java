package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.log.epoch.EpochStart;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A good copy of damaged segments on its way into the log: batches from another replica, each
 * checked, then put in the segments' place at once.
 *
 * <p>Shape: until {@link #finish} the bytes are a file {@code <base>.log.repaired.cleaned}, which a
 * start deletes. Of a compacted log the copy may end before the segments do: after a crash in the
 * midst of the replacement those behind its last batch are still there, as whole as they were.
 *
 * <p>Owner: the thread that holds {@link LogSegments#beginRewriting}. Bounds: one segment, so 2 GiB
 * and as many offsets.
 */
public final class SegmentRewrite implements AutoCloseable {

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
        if (base > next && compacted.isEmpty()) {
            return "the records from " + next + " to " + (base - 1) + " are not there";
        }
        if (base >= endOffset) {
            next = endOffset; // compacted away there
            return "";
        }
        if (base < baseOffset || end > endOffset || (base < next && position > 0)) {
            return "a batch reaches beyond the segment";
        }
        if (!isOfThisHistory(RecordBatch.leaderEpoch(batches, at), base)) {
            return "a batch has another leader epoch than here";
        }
        if (position + bytes > Integer.MAX_VALUE || end - baseOffset > Integer.MAX_VALUE) {
            return "what has to be replaced does not fit into one segment";
        }
        file.write(batches.slice(at, bytes), position);
        position += bytes;
        next = end;
        return "";
    }

    /**
     * Of a compacted log that was copied, leader epochs are known from their first record that was
     * left: each begins where this says, or before.
     */
    private boolean isOfThisHistory(int leaderEpoch, long offset) {
        int known = state.epochs.epochAt(offset);
        if (leaderEpoch == known || compacted.isEmpty()) {
            return leaderEpoch == known;
        }
        return leaderEpoch > known
                && state.epochs.entries().stream()
                        .filter(each -> each.startOffset() > offset)
                        .mapToInt(EpochStart::epoch)
                        .min()
                        .stream()
                        .anyMatch(next -> leaderEpoch <= next);
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
