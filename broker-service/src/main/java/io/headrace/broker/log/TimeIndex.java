package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The largest timestamp up to some of a segment's batches: {@code %020d.timeindex}.
 *
 * <pre>
 *  at  len  field
 *   0    8  largest timestamp so far, milliseconds since the epoch
 *   8    4  last offset of the batch that has it, relative to the segment's base offset
 * </pre>
 *
 * <p>Written together with an entry of the {@link OffsetIndex}, unless the timestamp did not rise;
 * a final entry is forced when the segment is sealed or closed, so that the last entry tells the
 * segment's largest timestamp. Both fields rise strictly.
 *
 * <p>Source: Kafka's {@code TimeIndex}.
 */
final class TimeIndex {

    static final int ENTRY_BYTES = 12;

    /**
     * @param lastOffset of the batch, absolute
     */
    record Entry(long timestamp, long lastOffset) {}

    private final long baseOffset;
    private final SparseIndex entries;

    TimeIndex(Disk disk, Path path, long baseOffset) {
        this.baseOffset = baseOffset;
        this.entries = new SparseIndex(disk, path, Long.BYTES);
    }

    SparseIndex entries() {
        return entries;
    }

    /** Adds an entry unless the timestamp is not larger than the last one's. */
    void maybeAppend(long timestamp, long lastOffset) throws IOException {
        SparseIndex.Entry last = entries.last();
        int relative = (int) (lastOffset - baseOffset);
        if (timestamp >= 0
                && (last == null || (timestamp > last.key() && relative > last.value()))) {
            entries.append(timestamp, relative);
        }
    }

    /** The last entry with a timestamp of at most the given one; null when there is none. */
    @Nullable Entry floor(long timestamp) throws IOException {
        return entry(entries.floor(timestamp, Integer.MAX_VALUE));
    }

    @Nullable Entry last() throws IOException {
        return entry(entries.last());
    }

    private @Nullable Entry entry(SparseIndex.@Nullable Entry found) {
        return found == null ? null : new Entry(found.key(), baseOffset + found.value());
    }
}
