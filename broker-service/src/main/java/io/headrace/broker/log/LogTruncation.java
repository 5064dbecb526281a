package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts records off the log's end. Runs under the flush lock and the writer's lock.
 *
 * <p>Order against crashes: the recovery point is lowered durably, then segments go from the last
 * one backwards, then the remaining one is cut and forced. A crash leaves a log without gaps that
 * ends anywhere between the old and the new end.
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
            return;
        }
        if (offset <= state.segments.first().baseOffset()) {
            truncateFullyAndStartAt(offset);
            return;
        }
        SegmentList segments = state.segments;
        int slot = segments.floor(offset - 1);
        Segment last = segments.get(slot);
        BatchPosition cut = last.find(offset);
        int position = cut == null ? last.sizeInBytes() : cut.position();
        long end = cut == null ? offset : Math.min(offset, cut.baseOffset());
        announce(end);
        state.epochs.truncateFromEnd(end);
        state.logEndOffset = end;
        state.logStartOffset = Math.min(state.logStartOffset, end);
        last.publish(new Segment.End(position, end));
        state.segments = segments.range(0, slot + 1);
        state.truncations.incrementAndGet();
        for (int i = segments.count() - 1; i > slot; i--) {
            deleted.remove(segments.get(i));
            state.disk.forceDirectory(state.directory);
        }
        cut(last, position, end);
    }

    void truncateFullyAndStartAt(long offset) throws IOException {
        SegmentList segments = state.segments;
        announce(Math.min(offset, segments.first().baseOffset()));
        state.epochs.truncateFromEnd(0);
        state.truncations.incrementAndGet();
        for (int i = segments.count() - 1; i >= 0; i--) {
            deleted.remove(segments.get(i));
            state.disk.forceDirectory(state.directory);
        }
        Segment fresh = state.newSegment(offset);
        state.segments = SegmentList.of(List.of(fresh));
        state.logEndOffset = offset;
        state.logStartOffset = offset;
        state.recoveryPoint = offset;
        state.isTorn = false;
        checkpoints.saveRecoveryPoints();
        checkpoints.saveLogStartOffsets();
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
    }

    private void cut(Segment segment, int position, long end) throws IOException {
        if (segment.isHeldBehind(position)) {
            replaceByCopy(segment, position, end);
            return;
        }
        segment.times();
        segment.unseal();
        segment.file().truncate(position);
        segment.file().force();
        long relative = end - segment.baseOffset();
        segment.offsetIndex().entries().truncateFrom(relative, position);
        segment.timeIndex().entries().truncateFrom(Long.MAX_VALUE, relative);
        remeasure(segment);
        state.isTorn = false;
    }

    /** Somebody is sending bytes that are to go: the file stays with them, the log gets a copy. */
    private void replaceByCopy(Segment segment, int position, long end) throws IOException {
        segment.detach();
        DiskFile from = segment.file();
        var path = segment.path(SegmentName.LOG + SegmentName.CLEANED);
        try (DiskFile to = state.disk.open(path)) {
            to.truncate(0);
            ByteBuffer buffer = ByteBuffer.allocateDirect(COPY_BYTES);
            for (long at = 0; at < position; at += buffer.limit()) {
                buffer.clear().limit((int) Math.min(COPY_BYTES, position - at));
                from.read(buffer, at);
                to.write(buffer.flip(), at);
            }
            to.force();
        }
        state.disk.rename(path, segment.path(SegmentName.LOG));
        state.disk.delete(segment.path(SegmentName.INDEX));
        state.disk.delete(segment.path(SegmentName.TIME_INDEX));
        state.disk.forceDirectory(state.directory);
        Segment copy =
                new Segment(
                        state.disk,
                        state.directory,
                        segment.baseOffset(),
                        state.config.segments().indexIntervalBytes());
        copy.adopt(new Segment.End(position, end));
        SegmentIndexes.rebuild(copy, "the log was truncated while it was read");
        reopen(copy);
        state.segments = state.segments.replace(List.of(segment), copy);
        state.isTorn = false;
        segment.retire();
    }

    private static void remeasure(Segment segment) throws IOException {
        if (!SegmentIndexes.measure(segment)) {
            SegmentIndexes.rebuild(segment, "entries are missing after a truncation");
            reopen(segment);
        }
    }

    /** Makes the indexes of a complete segment ready for appends. */
    static void reopen(Segment segment) throws IOException {
        segment.offsetIndex().entries().reopenTail();
        segment.timeIndex().entries().reopenTail();
    }
}
