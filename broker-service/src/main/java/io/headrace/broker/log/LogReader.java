package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.CorruptBatchException;
import io.headrace.model.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Finds records by offset and by time. No locks; any thread. */
final class LogReader {

    /** A read that keeps meeting truncations or deletions gives up and says "nothing yet". */
    private static final int ATTEMPTS_MAX = 8;

    private final LogState state;

    LogReader(LogState state) {
        this.state = state;
    }

    ReadOutcome read(long offset, int bytesMax, long upperBoundOffset, boolean atLeastOne) {
        LogState.Closed closed = state.refusal();
        if (closed != null) {
            return new ReadOutcome.Failed(closed.code(), closed.text());
        }
        try {
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                ReadOutcome outcome = tryRead(offset, bytesMax, upperBoundOffset, atLeastOne);
                if (outcome != null) {
                    return outcome;
                }
            }
            return new ReadOutcome.NothingYet();
        } catch (IOException e) {
            return new ReadOutcome.Failed(
                    ErrorCode.KAFKA_STORAGE_ERROR, "the log cannot be read: " + e.getMessage());
        }
    }

    /** Null when segments changed meanwhile and the read must be repeated. */
    private @Nullable ReadOutcome tryRead(
            long offset, int bytesMax, long upperBoundOffset, boolean atLeastOne)
            throws IOException {
        long end = state.logEndOffset;
        long start = state.logStartOffset;
        if (offset < start || offset > end) {
            return new ReadOutcome.OutOfRange(start, end);
        }
        long bound = Math.min(upperBoundOffset, end);
        if (offset >= bound) {
            return new ReadOutcome.NothingYet();
        }
        SegmentList segments = state.segments;
        for (int i = Math.max(0, segments.floor(offset)); i < segments.count(); i++) {
            Segment segment = segments.get(i);
            if (offset >= segment.nextOffset()) {
                continue;
            }
            if (!segment.tryHold()) {
                return null;
            }
            int truncations = state.truncations.get();
            ReadOutcome outcome;
            try {
                outcome = readHeld(segment, offset, bytesMax, bound, atLeastOne);
            } catch (DamagedFileException e) {
                if (truncations != state.truncations.get()) {
                    return null; // what was cut off meanwhile looks so, too
                }
                tell(segment, e);
                throw e;
            }
            if (truncations != state.truncations.get()) {
                if (outcome instanceof ReadOutcome.Found(LogSlice slice)) {
                    slice.close();
                }
                return null;
            }
            if (outcome != null) {
                return outcome;
            }
        }
        return new ReadOutcome.NothingYet();
    }

    /** So that it is repaired soon, not only when the scrubber comes by. */
    private static void tell(Segment segment, DamagedFileException damage) throws IOException {
        if (segment.tryHold()) {
            try {
                segment.file().damaged(damage);
            } finally {
                segment.release();
            }
        }
    }

    /**
     * Reads from a segment that is held; the slice takes over the hold, otherwise it is released.
     * Null when the segment has no batch at or above the offset.
     */
    private static @Nullable ReadOutcome readHeld(
            Segment segment, long offset, int bytesMax, long bound, boolean atLeastOne)
            throws IOException {
        boolean isTaken = false;
        try {
            BatchPosition from = segment.find(offset);
            if (from == null) {
                return null;
            }
            BatchPosition to =
                    from.baseOffset() >= bound
                            ? null
                            : segment.cut(from, bytesMax, bound, atLeastOne);
            if (to == null || to.position() <= from.position()) {
                return new ReadOutcome.NothingYet();
            }
            segment.noteHeldEnd(to.position());
            LogSlice slice =
                    new LogSlice(
                            segment,
                            segment.file(),
                            from.position(),
                            to.position() - from.position(),
                            from.baseOffset(),
                            to.baseOffset());
            isTaken = true;
            return new ReadOutcome.Found(slice);
        } finally {
            if (!isTaken) {
                segment.release();
            }
        }
    }

    TimeLookup find(long timestamp, long upperBoundOffset) {
        LogState.Closed closed = state.refusal();
        if (closed != null) {
            return new TimeLookup.Failed(closed.code(), closed.text());
        }
        long bound = Math.min(upperBoundOffset, state.logEndOffset);
        long start = state.logStartOffset;
        try {
            for (Segment segment : state.segments.asList()) {
                if (segment.nextOffset() <= start || !segment.tryHold()) {
                    continue;
                }
                try {
                    OffsetAndTime found = find(segment, timestamp, start, bound);
                    if (found != null) {
                        return new TimeLookup.Found(found);
                    }
                } finally {
                    segment.release();
                }
            }
            return new TimeLookup.NotFound();
        } catch (IOException | CorruptBatchException e) {
            return new TimeLookup.Failed(
                    ErrorCode.KAFKA_STORAGE_ERROR, "the log cannot be read: " + e.getMessage());
        }
    }

    private static @Nullable OffsetAndTime find(
            Segment segment, long timestamp, long start, long bound) throws IOException {
        if (segment.isEmpty()
                || segment.times().largest() < timestamp
                || segment.baseOffset() >= bound) {
            return null;
        }
        TimeIndex.Entry entry =
                SegmentIndexes.search(segment, () -> segment.timeIndex().floor(timestamp));
        long from = Math.max(start, entry == null ? segment.baseOffset() : entry.lastOffset());
        BatchPosition position = segment.find(from);
        if (position == null) {
            return null;
        }
        HeaderScan scan = new HeaderScan(segment.file(), segment.end().position());
        boolean isThere = scan.seek(position.position());
        while (isThere && scan.baseOffset() < bound) {
            if (scan.maxTimestamp() >= timestamp) {
                OffsetAndTime found = find(segment.file(), scan, timestamp, start);
                if (found != null) {
                    return found.offset() < bound ? found : null;
                }
            }
            isThere = scan.next();
        }
        if (!isThere && !scan.isAtEnd()) {
            throw SegmentSearch.damaged(segment, scan.position());
        }
        return null;
    }

    private static @Nullable OffsetAndTime find(
            DiskFile file, HeaderScan scan, long timestamp, long start) throws IOException {
        ByteBuffer batch = ByteBuffer.allocate(scan.sizeInBytes());
        file.read(batch, scan.position());
        RecordReader reader = new RecordReader(ProduceCheck.DECOMPRESSED_BYTES_MAX);
        reader.withControlBatches().wrap(batch, 0, batch.position(), start);
        while (reader.next()) {
            if (reader.timestampMs() >= timestamp) {
                return new OffsetAndTime(reader.offset(), reader.timestampMs(), scan.leaderEpoch());
            }
        }
        return null;
    }
}
