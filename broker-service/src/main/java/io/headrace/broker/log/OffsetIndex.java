package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where some of a segment's batches begin: {@code %020d.index}.
 *
 * <pre>
 *  at  len  field
 *   0    4  last offset of a batch, relative to the segment's base offset
 *   4    4  position of the batch's first byte in the segment file
 * </pre>
 *
 * <p>An entry is added for the first batch after every {@code index.interval.bytes}; both fields
 * rise strictly. No checksum: what is found is compared with the batch header it points at, and the
 * index is rebuilt from the segment when they differ.
 *
 * <p>Source: Kafka's {@code OffsetIndex}.
 */
final class OffsetIndex {

    static final int ENTRY_BYTES = 8;

    /**
     * @param lastOffset of the batch, absolute
     */
    record Entry(long lastOffset, int position) {}

    private final long baseOffset;
    private final SparseIndex entries;

    OffsetIndex(Disk disk, Path path, long baseOffset) {
        this.baseOffset = baseOffset;
        this.entries = new SparseIndex(disk, path, Integer.BYTES);
    }

    SparseIndex entries() {
        return entries;
    }

    void append(long lastOffset, int position) {
        entries.append(lastOffset - baseOffset, position);
    }

    /** The last entry whose batch ends at or before the offset; null when there is none. */
    @Nullable Entry floor(long offset) throws IOException {
        return floor(offset, Integer.MAX_VALUE);
    }

    /** Likewise, and whose batch begins at or before the position. */
    @Nullable Entry floor(long offset, long positionMax) throws IOException {
        SparseIndex.Entry found = entries.floor(offset - baseOffset, positionMax);
        return found == null ? null : new Entry(baseOffset + found.key(), found.value());
    }

    @Nullable Entry last() throws IOException {
        SparseIndex.Entry last = entries.last();
        return last == null ? null : new Entry(baseOffset + last.key(), last.value());
    }
}
