package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts records off the log's end. Runs under the flush lock and the writer's lock.
 *
 * <p>Order against crashes: the recovery point and the log start are lowered and producer snapshots
 * behind the new end are deleted, both durably, then segments go from the last one backwards, then
 * the remaining one is cut and forced. A crash leaves a log without gaps that ends anywhere between
 * the old and the new end.
 *
 * <p>Errors: whatever needs space comes before the first file is touched, so that {@link
 * DiskFullException} means that the log is as it was. Should a file system want space for a rename
 * or a directory entry later than that, this log alone is closed until the next start. Damage
 * before the cut stays, for the scrubber.
 */
final class LogTruncation {

    private static final Logger LOG = LoggerFactory.getLogger(LogTruncation.class);
    private static final int COPY_BYTES = 1 << 20;

    private final LogState state;
    private final DeletedSegments deleted;
    private final LogCheckpoints checkpoints;

    LogTruncation(LogState state, DeletedSegments deleted, LogCheckpoints checkpoints) {
        this.state = state;
        this.deleted = deleted;
        this.checkpoints = checkpoints;
    }

    void truncateTo(long offset) throws IOException {
        if (offset >= state.logEndOffset) {
            // This broker may have noted an epoch here, led, and appended nothing in it.
            state.epochs.truncateFromEnd(state.logEndOffset);
            return;
        }
        if (offset <= state.segments.first().baseOffset()) {
            truncateFullyAndStartAt(offset);
            return;
        }
        SegmentList segments = state.segments;
        int slot = segments.floor(offset - 1);
        Segment last = segments.get(slot);
        BatchPosition cut =
                offset >= last.nextOffset() ? null : SegmentSearch.findPastDamage(last, offset);
        int position = cut == null ? last.sizeInBytes() : cut.position();
        long end = cut == null ? offset : Math.min(offset, cut.baseOffset());
        try {
            truncate(segments, slot, new Segment.End(position, end));
        } catch (UnreadableException e) {
            throw new IOException("a truncation is only half done: " + e.getMessage(), e);
        }
    }

    private void truncate(SegmentList segments, int slot, Segment.End to) throws IOException {
        Segment last = segments.get(slot);
        int position = to.position();
        long end = to.nextOffset();
        long startBefore = state.logStartOffset;
        announce(end);
        state.producers.endsAt(end);
        boolean isCopied = shorten(slot, to, startBefore);
        try {
            removeFrom(segments, slot + 1);
            if (isCopied) {
                replaceByCopy(last, position, end);
            } else {
                cut(last, position, end);
            }
        } catch (DiskFullException e) {
            close(e);
            throw e;
        }
        if (state.producers.knowsBehind(end)) {
            ProducerReplay.run(state.producers, state.segments, state.clock.nowMs());
        }
    }

    /**
     * Ends the log in memory and does everything on disk that needs space; undone if there is none.
     *
     * @return whether a copy takes the place of the file, because somebody is sending bytes of it
     *     that are to go
     */
    private boolean shorten(int slot, Segment.End end, long logStartBefore) throws IOException {
        SegmentList segments = state.segments;
        Segment last = segments.get(slot);
        Segment.End endBefore = last.end();
        long logEndBefore = state.logEndOffset;
        state.logEndOffset = end.nextOffset();
        last.publish(end);
        state.segments = segments.range(0, slot + 1);
        state.truncations.incrementAndGet();
        boolean isHeld = last.isHeldBehind(end.position());
        try {
            if (isHeld) {
                copy(last, end.position());
            }
            state.epochs.truncateFromEnd(end.nextOffset());
            return isHeld;
        } catch (DiskFullException e) {
            state.segments = segments;
            last.publish(endBefore);
            state.logStartOffset = logStartBefore;
            state.logEndOffset = logEndBefore;
            throw e;
        }
    }

    void truncateFullyAndStartAt(long offset) throws IOException {
        SegmentList segments = state.segments;
        announce(Math.min(offset, segments.first().baseOffset()));
        state.epochs.truncateFromEnd(0);
        state.producers.endsAt(-1);
        state.truncations.incrementAndGet();
        try {
            removeFrom(segments, 0);
            state.segments = SegmentList.of(List.of(state.newSegment(offset)));
        } catch (DiskFullException e) {
            close(e);
            throw e;
        }
        state.producers.restore(offset, offset, state.segments::hasSegmentAt);
        state.logEndOffset = offset;
        state.logStartOffset = offset;
        state.recoveryPoint = offset;
        state.isTorn = false;
        checkpoints.saveRecoveryPoints();
        checkpoints.saveLogStartOffsets();
    }

    private void removeFrom(SegmentList segments, int slot) throws IOException {
        for (int i = segments.count() - 1; i >= slot; i--) {
            deleted.remove(segments.get(i));
            state.disk.forceDirectory(state.directory);
        }
    }

    private void close(DiskFullException cause) {
        state.closed =
                new LogState.Closed(
                        ErrorCode.KAFKA_STORAGE_ERROR,
                        "a full disk cut the truncation of "
                                + state.partition
                                + " short; make space and restart the broker, which recovers it");
        LOG.atError()
                .addKeyValue("topic", state.partition.topic())
                .addKeyValue("partition", state.partition.partition())
                .setCause(cause)
                .log("The log is closed: the disk was full in the midst of a truncation");
    }

    private void announce(long end) throws IOException {
        LOG.atInfo()
                .addKeyValue("topic", state.partition.topic())
                .addKeyValue("partition", state.partition.partition())
                .addKeyValue("offset", end)
                .log("Truncating the log from its end at {}", state.logEndOffset);
        if (state.recoveryPoint > end) {
            state.recoveryPoint = end;
            checkpoints.saveRecoveryPoints();
        }
        if (state.logStartOffset > end) {
            // A start above the end would make a recovery set the whole log aside.
            state.logStartOffset = end;
            checkpoints.saveLogStartOffsets();
        }
    }

    private void cut(Segment segment, int position, long end) throws IOException {
        boolean isIndexed = hasIndexes(segment);
        segment.unseal();
        segment.file().truncate(position);
        segment.file().force();
        try {
            if (isIndexed) {
                cutIndexes(segment, position, end);
            } else {
                rebuild(segment, "they cannot be read");
            }
        } catch (UnreadableException e) {
            LOG.atWarn().setCause(e).log("What stays of the last segment is sealed for its repair");
            segment.adoptSealed();
            state.segments = state.segments.with(state.newSegment(end));
        }
        state.isTorn = false;
    }

    private static boolean hasIndexes(Segment segment) throws IOException {
        try {
            segment.times();
            return true;
        } catch (UnreadableException e) {
            return false;
        }
    }

    private static void cutIndexes(Segment segment, int position, long end) throws IOException {
        long relative = end - segment.baseOffset();
        try {
            segment.offsetIndex().entries().truncateFrom(relative, position);
            segment.timeIndex().entries().truncateFrom(Long.MAX_VALUE, relative);
            remeasure(segment);
        } catch (UnreadableException e) {
            rebuild(segment, String.valueOf(e.getMessage()));
        }
    }

    private static void rebuild(Segment segment, String why) throws IOException {
        SegmentIndexes.rebuild(segment, why);
        reopen(segment);
    }

    /** Writes the bytes that stay to a file that is worthless until {@link #replaceByCopy}. */
    private void copy(Segment segment, int position) throws IOException {
        DiskFile from = segment.file();
        Path path = segment.path(SegmentName.LOG + SegmentName.CLEANED);
        try (DiskFile to = state.disk.open(path)) {
            to.truncate(0);
            ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
            for (long at = 0; at < position; at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(COPY_BYTES, position - at));
                from.read(buffer, at);
                to.write(buffer.flip(), at);
            }
            to.force();
        } catch (DiskFullException e) {
            state.disk.delete(path);
            throw e;
        }
    }

    /** Somebody is sending bytes that are to go: the file stays with them, the log gets a copy. */
    private void replaceByCopy(Segment segment, int position, long end) throws IOException {
        segment.detach();
        state.disk.rename(
                segment.path(SegmentName.LOG + SegmentName.CLEANED), segment.path(SegmentName.LOG));
        state.disk.delete(segment.path(SegmentName.INDEX));
        state.disk.delete(segment.path(SegmentName.TIME_INDEX));
        state.disk.forceDirectory(state.directory);
        Segment copy =
                new Segment(
                        state.disk,
                        state.directory,
                        segment.baseOffset(),
                        state.config.segments().indexIntervalBytes());
        copy.activeSinceMs(segment.activeSinceMs());
        copy.adopt(new Segment.End(position, end));
        SegmentIndexes.rebuild(copy, "the log was truncated while it was read");
        reopen(copy);
        state.segments = state.segments.replace(List.of(segment), copy);
        state.isTorn = false;
        segment.retire();
    }

    private static void remeasure(Segment segment) throws IOException {
        if (!SegmentIndexes.measure(segment)) {
            rebuild(segment, "entries are missing after a truncation");
        }
    }

    /** Makes the indexes of a complete segment ready for appends. */
    static void reopen(Segment segment) throws IOException {
        try {
            reopenTails(segment);
        } catch (UnreadableException e) {
            SegmentIndexes.rebuild(segment, String.valueOf(e.getMessage()));
            reopenTails(segment);
        }
    }

    private static void reopenTails(Segment segment) throws IOException {
        segment.offsetIndex().entries().reopenTail();
        segment.timeIndex().entries().reopenTail();
    }
}
