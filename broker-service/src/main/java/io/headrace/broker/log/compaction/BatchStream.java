package io.headrace.broker.log.compaction;

import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the whole batches of an offset range of a log, front to back, some at a time. */
final class BatchStream {

    private final PartitionLog log;
    private final long end;
    private final CleanerLoad load;
    private ByteBuffer buffer;
    private long nextOffset;
    private long bytesRead;

    /** Over the batches of {@code [from, end)}; the first one may begin before. */
    BatchStream(PartitionLog log, long from, long end, int readBytes, CleanerLoad load) {
        this.log = log;
        this.nextOffset = from;
        this.end = end;
        this.load = load;
        this.buffer = ByteBuffer.allocate(readBytes);
    }

    /** Above the last offset that was read. */
    long nextOffset() {
        return nextOffset;
    }

    long bytesRead() {
        return bytesRead;
    }

    /** The next batches between position and limit, null when no more follow. */
    @Nullable ByteBuffer next() throws IOException {
        if (nextOffset >= end) {
            return null;
        }
        return switch (log.read(nextOffset, buffer.capacity(), end, true)) {
            case ReadOutcome.Found(LogSlice slice) -> {
                try (slice) {
                    yield fill(slice);
                }
            }
            case ReadOutcome.NothingYet() -> null;
            case ReadOutcome.OutOfRange(long start, long logEnd) ->
                    throw new CleaningAbortedException(
                            "offset "
                                    + nextOffset
                                    + " left the log ["
                                    + start
                                    + ", "
                                    + logEnd
                                    + ")");
            case ReadOutcome.Failed(var code, String text) ->
                    throw new CleaningAbortedException(code + ": " + text);
        };
    }

    private ByteBuffer fill(LogSlice slice) throws IOException {
        if (slice.length() > buffer.capacity()) {
            buffer = ByteBuffer.allocate(slice.length());
        }
        buffer.clear().limit(slice.length());
        for (int at = 0; at < slice.length(); ) {
            int count = slice.read(buffer, at);
            if (count == 0) {
                throw new CleaningAbortedException("a segment is shorter than it was");
            }
            at += count;
        }
        load.read(slice.length());
        bytesRead += slice.length();
        int last = 0;
        for (int at = 0; at < slice.length(); at += RecordBatch.sizeInBytes(buffer, at)) {
            last = at;
        }
        nextOffset = RecordBatch.nextOffset(buffer, last);
        return buffer.flip();
    }
}
