package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Entries (key, value) that rise in both, appended at the end and searched by bisection; what
 * {@link OffsetIndex} and {@link TimeIndex} have in common. The bytes are {@link IndexFile}'s.
 *
 * <p>Shape: the newest entries are kept in memory and written in blocks of about 4 KiB, so that an
 * append makes no system call. Of each written block the first entry is kept in memory (16 bytes
 * for 2 MiB of log), so that a search reads one block at most, whatever the size of the file.
 *
 * <p>Owner: one writer at a time (the log's writer lock); searches from any thread, without a lock.
 *
 * <p>Bounds: {@link IndexFile#BLOCK_BYTES} of tail per index that is being written, nothing for an
 * index that was never searched.
 */
final class SparseIndex {

    /** An entry; keys and values rise strictly. */
    record Entry(long key, int value) {}

    private static final class Tail {
        final long[] keys;
        final int[] values;
        volatile int count;

        Tail(int capacity) {
            keys = new long[capacity];
            values = new int[capacity];
        }

        Tail grown(int capacity) {
            Tail next = new Tail(capacity);
            System.arraycopy(keys, 0, next.keys, 0, count);
            System.arraycopy(values, 0, next.values, 0, count);
            next.count = count;
            return next;
        }
    }

    /** What readers see; replaced as a whole when entries move from memory to the file. */
    private static final class View {

        /** Entries that are in the file and only there. */
        final int written;

        /** First entry of each written block. */
        final long[] blockKeys;

        final int[] blockValues;
        final Tail tail;

        View(int written, long[] blockKeys, int[] blockValues, Tail tail) {
            this.written = written;
            this.blockKeys = blockKeys;
            this.blockValues = blockValues;
            this.tail = tail;
        }
    }

    private static final View EMPTY = new View(0, new long[0], new int[0], new Tail(0));

    private final IndexFile file;
    private final int blockEntries;
    private volatile View view = EMPTY;

    SparseIndex(Disk disk, Path path, int keyBytes) {
        this.file = new IndexFile(disk, path, keyBytes);
        this.blockEntries = file.blockEntries();
    }

    int count() {
        View now = view;
        return now.written + now.tail.count;
    }

    int sizeInBytes() {
        return count() * file.entryBytes();
    }

    void append(long key, int value) {
        View now = view;
        Tail tail = now.tail;
        if (tail.count == tail.keys.length) {
            tail = tail.grown(Math.max(4, tail.count * 2));
            view = new View(now.written, now.blockKeys, now.blockValues, tail);
        }
        int slot = tail.count;
        tail.keys[slot] = key;
        tail.values[slot] = value;
        tail.count = slot + 1;
    }

    /** Writes whole blocks of the tail to the file; most calls find none. */
    void spillBlocks() throws IOException {
        while (view.tail.count >= blockEntries) {
            View now = view;
            file.write(now.tail.keys, now.tail.values, blockEntries, now.written);
            view = moved(now, blockEntries);
        }
    }

    /** Writes the whole tail and cuts the file behind it, for an index that is complete. */
    void spillAll() throws IOException {
        spillBlocks();
        View now = view;
        int count = now.tail.count;
        if (count > 0) {
            file.write(now.tail.keys, now.tail.values, count, now.written);
            view = moved(now, count);
        }
        file.cut(now.written + count);
    }

    void force() throws IOException {
        file.force();
    }

    /** The last entry, null when there is none. */
    @Nullable Entry last() throws IOException {
        View now = view;
        int inTail = now.tail.count;
        if (inTail > 0) {
            return new Entry(now.tail.keys[inTail - 1], now.tail.values[inTail - 1]);
        }
        return now.written == 0 ? null : file.read(now.written - 1);
    }

    /** The last entry with key and value at most the given ones, null when there is none. */
    @Nullable Entry floor(long keyMax, long valueMax) throws IOException {
        View now = view;
        Tail tail = now.tail;
        int inTail = tail.count;
        if (inTail > 0 && tail.keys[0] <= keyMax && tail.values[0] <= valueMax) {
            return floorIn(tail.keys, tail.values, inTail, keyMax, valueMax);
        }
        int block = floorSlot(now.blockKeys, now.blockValues, blocks(now), keyMax, valueMax);
        if (block < 0) {
            return null;
        }
        int first = block * blockEntries;
        int count = Math.min(blockEntries, now.written - first);
        return file.floor(now, first, count, keyMax, valueMax);
    }

    /**
     * Takes over the entries that are in the file.
     *
     * @return false if the file cannot be an index: its size is not a whole number of entries, or
     *     the first entries of its blocks do not rise
     */
    boolean load() throws IOException {
        int written = file.count();
        if (written < 0) {
            return false;
        }
        int blocks = (written + blockEntries - 1) / blockEntries;
        long[] keys = new long[blocks];
        int[] values = new int[blocks];
        for (int i = 0; i < blocks; i++) {
            Entry first = file.read(i * blockEntries);
            keys[i] = first.key();
            values[i] = first.value();
            if (first.key() < 0
                    || first.value() < 0
                    || (i > 0 && (keys[i - 1] >= first.key() || values[i - 1] >= first.value()))) {
                return false;
            }
        }
        view = new View(written, keys, values, new Tail(0));
        return true;
    }

    /** Moves the last, incomplete block back into memory, so that appends may continue. */
    void reopenTail() throws IOException {
        View now = view;
        if (now.tail.count > 0) {
            return; // the disk had no space for it
        }
        int whole = now.written / blockEntries * blockEntries;
        int rest = now.written - whole;
        Tail tail = new Tail(Math.max(4, rest));
        for (int i = 0; i < rest; i++) {
            Entry entry = file.read(whole + i);
            tail.keys[i] = entry.key();
            tail.values[i] = entry.value();
        }
        tail.count = rest;
        int blocks = whole / blockEntries;
        view =
                new View(
                        whole,
                        Arrays.copyOf(now.blockKeys, blocks),
                        Arrays.copyOf(now.blockValues, blocks),
                        tail);
    }

    /** Forgets everything in memory and in the file. */
    void clear() throws IOException {
        view = EMPTY;
        file.clear();
    }

    /** Forgets entries whose key or value is at least the given one. */
    void truncateFrom(long key, long value) throws IOException {
        View now = view;
        Tail tail = now.tail.grown(Math.max(4, now.tail.count));
        int keep = tail.count;
        while (keep > 0 && (tail.keys[keep - 1] >= key || tail.values[keep - 1] >= value)) {
            keep--;
        }
        tail.count = keep;
        view = new View(now.written, now.blockKeys, now.blockValues, tail);
        if (keep > 0 || now.written == 0) {
            return;
        }
        Entry floor = floor(key - 1, value - 1);
        int entries = floor == null ? 0 : slotOf(floor) + 1;
        file.cut(entries);
        int blocks = (entries + blockEntries - 1) / blockEntries;
        view =
                new View(
                        entries,
                        Arrays.copyOf(now.blockKeys, blocks),
                        Arrays.copyOf(now.blockValues, blocks),
                        new Tail(0));
        reopenTail();
    }

    /** See {@link IndexFile#hold}; an index that is in memory alone has no use for its file. */
    void hold() throws IOException {
        if (view.written > 0) {
            file.hold();
        }
    }

    /** See {@link IndexFile#rest}. */
    void rest() throws IOException {
        file.rest();
    }

    void close() throws IOException {
        file.close();
    }

    private int slotOf(Entry entry) throws IOException {
        int low = 0;
        int high = view.written - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (file.read(middle).key() < entry.key()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private View moved(View now, int entries) {
        int block = blocks(now);
        long[] keys = Arrays.copyOf(now.blockKeys, block + 1);
        int[] values = Arrays.copyOf(now.blockValues, block + 1);
        keys[block] = now.tail.keys[0];
        values[block] = now.tail.values[0];
        int rest = now.tail.count - entries;
        Tail tail = new Tail(Math.max(4, rest));
        System.arraycopy(now.tail.keys, entries, tail.keys, 0, rest);
        System.arraycopy(now.tail.values, entries, tail.values, 0, rest);
        tail.count = rest;
        return new View(now.written + entries, keys, values, tail);
    }

    private int blocks(View now) {
        return (now.written + blockEntries - 1) / blockEntries;
    }

    private static @Nullable Entry floorIn(
            long[] keys, int[] values, int count, long keyMax, long valueMax) {
        int slot = floorSlot(keys, values, count, keyMax, valueMax);
        return slot < 0 ? null : new Entry(keys[slot], values[slot]);
    }

    private static int floorSlot(long[] keys, int[] values, int count, long keyMax, long valueMax) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (keys[middle] <= keyMax && values[middle] <= valueMax) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }
}
