package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.log.SparseIndex.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@link SparseIndex}: entries of one size, one after the other, big-endian.
 *
 * <pre>
 *  at        len       field
 *   0        keyBytes  key (4 or 8)
 *   keyBytes 4         value
 * </pre>
 *
 * <p>A search reads one block and keeps it for the thread's next search: a fetch looks for its
 * first and its last batch, and both are mostly in the same block.
 *
 * <p>Owner: one writer at a time; reads from any thread.
 *
 * <p>The file is kept open from its first search on, or {@link #hold}. Writes open it for
 * themselves otherwise: there are few of them, and a broker with ten thousand partitions must not
 * keep twenty thousand files open that nobody searches.
 */
final class IndexFile {

    static final int BLOCK_BYTES = 4096;

    /** The block that a thread read last. */
    private static final class Block {
        final ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCK_BYTES);
        @Nullable Object version;
        int first;
    }

    private static final ThreadLocal<Block> BLOCK = ThreadLocal.withInitial(Block::new);

    private final Disk disk;
    private final Path path;
    private final int keyBytes;
    private final int entryBytes;
    private volatile @Nullable DiskFile file;
    private volatile boolean isDirty;

    IndexFile(Disk disk, Path path, int keyBytes) {
        this.disk = disk;
        this.path = path;
        this.keyBytes = keyBytes;
        this.entryBytes = keyBytes + Integer.BYTES;
    }

    int entryBytes() {
        return entryBytes;
    }

    int blockEntries() {
        return BLOCK_BYTES / entryBytes;
    }

    /** Entries in the file; -1 if its size is not a whole number of them. */
    int count() throws IOException {
        long[] found = new long[1];
        briefly(open -> found[0] = open.size());
        long size = found[0];
        return size % entryBytes != 0 || size > Integer.MAX_VALUE ? -1 : (int) (size / entryBytes);
    }

    Entry read(int slot) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(entryBytes);
        if (opened().read(bytes, slot * (long) entryBytes) < entryBytes) {
            throw new IOException(path + " has no entry " + slot);
        }
        return entry(bytes, 0);
    }

    /**
     * The last entry of a block with key and value at most the given ones, null when there is none.
     *
     * @param version an object that is another one whenever entries in the file have changed
     * @param first slot of the block's first entry
     * @param count of its entries
     */
    @Nullable Entry floor(Object version, int first, int count, long keyMax, long valueMax)
            throws IOException {
        ByteBuffer bytes = block(version, first, count);
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key(bytes, middle) <= keyMax && value(bytes, middle) <= valueMax) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : entry(bytes, low - 1);
    }

    private ByteBuffer block(Object version, int first, int count) throws IOException {
        Block block = BLOCK.get();
        if (!version.equals(block.version) || block.first != first) {
            block.version = null;
            block.bytes.clear().limit(count * entryBytes);
            if (opened().read(block.bytes, first * (long) entryBytes) < count * entryBytes) {
                throw new IOException(path + " is shorter than " + (first + count) + " entries");
            }
            block.version = version;
            block.first = first;
        }
        return block.bytes;
    }

    void write(long[] keys, int[] values, int count, int at) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * entryBytes);
        for (int i = 0; i < count; i++) {
            if (keyBytes == Long.BYTES) {
                bytes.putLong(keys[i]);
            } else {
                bytes.putInt((int) keys[i]);
            }
            bytes.putInt(values[i]);
        }
        isDirty = true;
        bytes.flip();
        briefly(open -> open.write(bytes, at * (long) entryBytes));
    }

    /** Leaves the first entries only. */
    void cut(int count) throws IOException {
        long size = count * (long) entryBytes;
        briefly(
                open -> {
                    if (open.size() != size) {
                        isDirty = true;
                        open.truncate(size);
                    }
                });
    }

    /** Empties the file if there is one. */
    void clear() throws IOException {
        if (file != null || disk.exists(path)) {
            isDirty = true;
            briefly(open -> open.truncate(0));
        }
    }

    /** Makes durable what was changed here. */
    void force() throws IOException {
        if (isDirty) {
            isDirty = false;
            briefly(DiskFile::force);
        }
    }

    /** Opens the file, before it is renamed away. */
    void hold() throws IOException {
        opened();
    }

    /** Closes the file until the next search; nobody may be searching now. */
    void rest() throws IOException {
        close();
        file = null;
    }

    void close() throws IOException {
        DiskFile open = file;
        if (open != null) {
            open.close();
        }
    }

    private Entry entry(ByteBuffer bytes, int slot) {
        return new Entry(key(bytes, slot), value(bytes, slot));
    }

    private long key(ByteBuffer bytes, int slot) {
        int at = slot * entryBytes;
        return keyBytes == Long.BYTES ? bytes.getLong(at) : bytes.getInt(at);
    }

    private int value(ByteBuffer bytes, int slot) {
        return bytes.getInt(slot * entryBytes + keyBytes);
    }

    @FunctionalInterface
    private interface Work {
        void on(DiskFile file) throws IOException;
    }

    private void briefly(Work work) throws IOException {
        DiskFile open = file;
        if (open != null) {
            work.on(open);
            return;
        }
        try (DiskFile once = disk.open(path)) {
            work.on(once);
        }
    }

    private DiskFile opened() throws IOException {
        DiskFile open = file;
        if (open != null) {
            return open;
        }
        synchronized (this) {
            if (file == null) {
                file = disk.open(path);
            }
            return Objects.requireNonNull(file);
        }
    }
}
