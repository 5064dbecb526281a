package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * A good copy of a damaged segment on its way into the log: batches from another replica, each
 * checked, then put in the segment's place at once.
 *
 * <p>Shape: until {@link #finish} the bytes are a file {@code <base>.log.repaired.cleaned}, which a
 * start deletes.
 *
 * <p>Owner: one thread; one rewrite per log at a time.
 */
public final class SegmentRewrite implements AutoCloseable {

    private final LogSegments segments;
    private final LogState state;
    private final SealedSegment damaged;
    private final Path path;
    private final DiskFile file;
    private long position;
    private long next;
    private boolean isOver;

    SegmentRewrite(LogSegments segments, LogState state, SealedSegment damaged) throws IOException {
        this.segments = segments;
        this.state = state;
        this.damaged = damaged;
        this.path =
                SegmentName.in(
                        state.directory,
                        damaged.baseOffset(),
                        SegmentName.LOG + ".repaired" + SegmentName.CLEANED);
        this.file = state.disk.open(path);
        file.truncate(0);
        this.next = damaged.baseOffset();
    }

    /** From where batches are missing. */
    public long nextOffset() {
        return next;
    }

    public boolean isComplete() {
        return next >= damaged.nextOffset();
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
            long base = RecordBatch.baseOffset(batches, at);
            long end = RecordBatch.nextOffset(batches, at);
            if (base >= damaged.nextOffset()) {
                next = damaged.nextOffset(); // the other replica was compacted
            } else if (base >= next) {
                if (end > damaged.nextOffset()) {
                    return "a batch reaches beyond the segment";
                }
                if (RecordBatch.leaderEpoch(batches, at) != state.epochs.epochAt(base)) {
                    return "a batch has another leader epoch than here";
                }
                file.write(batches.slice(at, bytes), position);
                position += bytes;
                next = end;
            }
            at += bytes;
        }
        return "";
    }

    /**
     * Puts the copy in the place of the damaged segment; durable on return.
     *
     * @return false when the segment is no longer part of the log
     */
    public boolean finish() throws IOException {
        if (!isComplete()) {
            throw new IllegalStateException("batches from " + next + " on are missing");
        }
        isOver = true;
        file.force();
        file.close();
        return segments.replace(List.of(damaged), path);
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
