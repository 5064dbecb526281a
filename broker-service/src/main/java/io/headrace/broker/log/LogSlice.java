package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whole batches where they lie in a segment file, to be sent without being copied.
 *
 * <p>The slice holds its segment: until {@link #close} the file stays open and its bytes stay as
 * they are, even if the segment is deleted or the log truncated meanwhile. Whoever got the slice
 * closes it, exactly once or more often, on any thread.
 */
public final class LogSlice implements AutoCloseable {

    private final Segment segment;
    private final DiskFile file;
    private final int position;
    private final int length;
    private final long baseOffset;
    private final long endOffset;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    LogSlice(
            Segment segment,
            DiskFile file,
            int position,
            int length,
            long baseOffset,
            long endOffset) {
        this.segment = segment;
        this.file = file;
        this.position = position;
        this.length = length;
        this.baseOffset = baseOffset;
        this.endOffset = endOffset;
    }

    /** Base offset of the first batch; may lie below the offset that was asked for. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Where to read on: above the last offset of the last batch. */
    public long endOffset() {
        return endOffset;
    }

    /** Position of the first byte in the file. */
    public long position() {
        return position;
    }

    public int length() {
        return length;
    }

    /** The channel for {@code sendfile}; empty on a disk without one. Never close it. */
    public Optional<FileChannel> transferChannel() {
        return file.transferChannel();
    }

    /** Whoever used {@link #transferChannel} tells that the file could not be read there. */
    public void sendFailed(IOException cause) {
        file.sendFailed(cause);
    }

    /** Whoever read bytes of the slice tells that they cannot be what was written. */
    public void damaged(IOException cause) {
        file.damaged(cause);
    }

    /**
     * Copies bytes of the slice, for senders that cannot use {@code sendfile}.
     *
     * @param from where to begin, relative to the slice
     * @return bytes copied: as many as the target takes, or the slice has
     */
    public int read(ByteBuffer target, int from) throws IOException {
        int count = Math.min(target.remaining(), length - from);
        if (count <= 0) {
            return 0;
        }
        int limit = target.limit();
        target.limit(target.position() + count);
        try {
            return file.read(target, position + (long) from);
        } finally {
            target.limit(limit);
        }
    }

    /** Whether the bytes can very probably be sent without waiting for the device. */
    public boolean isResident() throws IOException {
        return file.isResident(position, length);
    }

    /** Brings the bytes into the page cache, waiting for the device. Not for event loops. */
    public void load() throws IOException {
        file.load(position, length);
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            segment.release();
        }
    }
}
