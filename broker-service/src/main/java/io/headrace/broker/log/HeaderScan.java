package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Walks the batches of a segment file by their headers, without reading the records of batches that
 * are larger than its window.
 *
 * <p>Owner: the thread that created it; at most one scan per thread at a time (they share the
 * thread's window of {@link #WINDOW_BYTES}).
 */
final class HeaderScan {

    static final int WINDOW_BYTES = 4096;

    private static final ThreadLocal<ByteBuffer> WINDOW =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(WINDOW_BYTES));

    private final DiskFile file;
    private final long limit;
    private final ByteBuffer window = WINDOW.get();
    private long windowStart;
    private int windowLength;
    private long position;
    private int at;
    private boolean isThere;
    private int bytesToRead = RecordBatch.HEADER_SIZE;

    /**
     * @param limit size of the part of the file that is scanned
     */
    HeaderScan(DiskFile file, long limit) {
        this.file = file;
        this.limit = limit;
    }

    /**
     * Looks at the batch that begins at the position.
     *
     * @return whether a plausible header is there, of a batch that ends within the limit
     */
    boolean seek(long position) throws IOException {
        this.position = position;
        isThere = isInWindow() && isPlausible();
        return isThere;
    }

    boolean next() throws IOException {
        return seek(end());
    }

    /** Whether the last seek found a batch. */
    boolean isThere() {
        return isThere;
    }

    private boolean isInWindow() throws IOException {
        if (limit - position < RecordBatch.HEADER_SIZE) {
            return false;
        }
        if (position < windowStart
                || position + RecordBatch.HEADER_SIZE > windowStart + windowLength) {
            window.clear();
            windowStart = position;
            window.limit((int) Math.min(bytesToRead, limit - position));
            windowLength = file.read(window, position);
            if (windowLength < RecordBatch.HEADER_SIZE) {
                windowLength = 0;
                return false;
            }
        }
        at = (int) (position - windowStart);
        return true;
    }

    private boolean isPlausible() {
        int size = sizeInBytes();
        // Behind a small batch there are probably more of them: the next read takes several.
        bytesToRead = size < WINDOW_BYTES / 2 ? WINDOW_BYTES : RecordBatch.HEADER_SIZE;
        return size >= RecordBatch.HEADER_SIZE
                && size <= limit - position
                && RecordBatch.magic(window, at) == RecordBatch.MAGIC
                && baseOffset() >= 0
                && RecordBatch.lastOffsetDelta(window, at) >= 0;
    }

    /** Whether a seek that found no batch was at the end, and not at bytes that are none. */
    boolean isAtEnd() {
        return position >= limit;
    }

    /**
     * Whether the batch that was found has the checksum that it states. Reads all of it through the
     * window: the header is there again after another seek.
     */
    boolean isSound() throws IOException {
        int stated = RecordBatch.crc(window, at);
        long end = end();
        CRC32C crc = new CRC32C();
        windowLength = 0;
        for (long from = position + RecordBatch.ATTRIBUTES_AT; from < end; ) {
            window.clear().limit((int) Math.min(WINDOW_BYTES, end - from));
            int length = file.read(window, from);
            if (length <= 0) {
                return false;
            }
            crc.update(window.flip());
            from += length;
        }
        return (int) crc.getValue() == stated;
    }

    long position() {
        return position;
    }

    /** Position of the byte after the batch. */
    long end() {
        return position + sizeInBytes();
    }

    int sizeInBytes() {
        return RecordBatch.sizeInBytes(window, at);
    }

    long baseOffset() {
        return RecordBatch.baseOffset(window, at);
    }

    long lastOffset() {
        return RecordBatch.lastOffset(window, at);
    }

    long maxTimestamp() {
        return RecordBatch.maxTimestamp(window, at);
    }

    int leaderEpoch() {
        return RecordBatch.leaderEpoch(window, at);
    }

    /**
     * Holds the batch's header at {@link #headerAt}, until the scan goes on; its records perhaps.
     */
    ByteBuffer header() {
        return window;
    }

    int headerAt() {
        return at;
    }
}
