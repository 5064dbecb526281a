package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One file of batches with its two indexes: the records from {@link #baseOffset()} to {@link
 * #nextOffset()}.
 *
 * <p>Owner: one writer at a time (the log's writer lock) appends, seals and truncates; any thread
 * reads. Whoever uses the bytes outside the lock holds the segment ({@link #tryHold}, {@link
 * #release}): files stay open, and stay as they are, while it is held.
 *
 * <p>Invariant: {@code end} is a batch boundary, and all bytes before it are in the file.
 */
final class Segment {

    /**
     * What is in the segment.
     *
     * @param position size of the file in bytes
     * @param nextOffset above the last offset of the last batch; the base offset when empty
     */
    record End(int position, long nextOffset) {}

    private final Disk disk;
    private final Path directory;
    private final long baseOffset;
    private final OffsetIndex offsetIndex;
    private final TimeIndex timeIndex;
    private final AtomicInteger holds = new AtomicInteger(1);
    private final AtomicLong heldEnd = new AtomicLong();
    private volatile @Nullable DiskFile file;
    private volatile End end;
    private volatile @Nullable PositionRing ring;
    private volatile SegmentTimes times = SegmentTimes.NONE;
    private volatile boolean areIndexesLoaded;
    private volatile boolean isEntryDurable;
    private volatile boolean isSealed;
    private volatile boolean isFlushedSealed;
    private volatile boolean isDetached;
    private final int indexIntervalBytes;
    private int bytesSinceIndexEntry;
    private long activeSinceMs;

    Segment(Disk disk, Path directory, long baseOffset, int indexIntervalBytes) {
        this.disk = disk;
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.indexIntervalBytes = indexIntervalBytes;
        this.end = new End(0, baseOffset);
        this.offsetIndex = new OffsetIndex(disk, path(SegmentName.INDEX), baseOffset);
        this.timeIndex = new TimeIndex(disk, path(SegmentName.TIME_INDEX), baseOffset);
    }

    /** A new, empty segment, whatever files of its name exist. */
    static Segment create(Disk disk, Path directory, long baseOffset, int indexIntervalBytes)
            throws IOException {
        Segment segment = new Segment(disk, directory, baseOffset, indexIntervalBytes);
        segment.file().truncate(0);
        segment.startEmptyIndexes();
        return segment;
    }

    long baseOffset() {
        return baseOffset;
    }

    Path directory() {
        return directory;
    }

    Path path(String suffix) {
        return SegmentName.in(directory, baseOffset, suffix);
    }

    End end() {
        return end;
    }

    int sizeInBytes() {
        return end.position();
    }

    long nextOffset() {
        return end.nextOffset();
    }

    boolean isEmpty() {
        return end.position() == 0;
    }

    /** Times of what was appended; on a segment found on disk, of what its time index tells. */
    SegmentTimes times() throws IOException {
        if (!areIndexesLoaded) {
            SegmentIndexes.load(this);
        }
        return times;
    }

    /** As {@link #times} tells; -1 where damage hides it. */
    long largestTimestamp() throws IOException {
        try {
            return times().largest();
        } catch (UnreadableException e) {
            return -1;
        }
    }

    void times(SegmentTimes times) {
        this.times = times;
    }

    OffsetIndex offsetIndex() {
        return offsetIndex;
    }

    TimeIndex timeIndex() {
        return timeIndex;
    }

    boolean areIndexesLoaded() {
        return areIndexesLoaded;
    }

    void indexesAreLoaded() {
        areIndexesLoaded = true;
    }

    /** Takes over what recovery or a listing of the directory found out. */
    void adopt(End end) {
        this.end = end;
    }

    /** Takes over a file that is open under another name and will get this segment's. */
    void adopt(DiskFile open) {
        this.file = open;
    }

    void startEmptyIndexes() throws IOException {
        offsetIndex.entries().clear();
        timeIndex.entries().clear();
        bytesSinceIndexEntry = 0;
        times = SegmentTimes.NONE;
        areIndexesLoaded = true;
    }

    // ---- writing (under the writer lock)

    /** Writes what the index tails hold in whole blocks; before an append, so that it can fail. */
    void spillIndexBlocks() throws IOException {
        offsetIndex.entries().spillBlocks();
        timeIndex.entries().spillBlocks();
    }

    /** Puts the buffers, whole batches with assigned offsets, behind the last batch. */
    void write(ByteBuffer[] batches) throws IOException {
        file().write(batches, end.position());
    }

    /**
     * Indexes a batch that was written (or found by recovery) at the position; not visible to
     * readers before {@link #publish}.
     */
    void index(HeaderOf batch, int position, int size) throws IOException {
        times = times.with(batch.maxTimestamp(), batch.lastOffset());
        if (bytesSinceIndexEntry > indexIntervalBytes) {
            offsetIndex.append(batch.lastOffset(), position);
            timeIndex.maybeAppend(times.largest(), times.offsetOfLargest());
            bytesSinceIndexEntry = 0;
        }
        bytesSinceIndexEntry += size;
    }

    /** Remembers where a batch of the active segment begins. */
    void remember(HeaderOf batch, int position) {
        PositionRing known = ring;
        if (known == null) {
            known = new PositionRing();
            ring = known;
        }
        known.add(batch.baseOffset(), batch.lastOffset(), position);
    }

    /** What the index wants to know of a batch. */
    record HeaderOf(long baseOffset, long lastOffset, long maxTimestamp) {
        static HeaderOf batch(ByteBuffer buffer, int at) {
            return new HeaderOf(
                    RecordBatch.baseOffset(buffer, at),
                    RecordBatch.lastOffset(buffer, at),
                    RecordBatch.maxTimestamp(buffer, at));
        }

        static HeaderOf batch(HeaderScan scan) {
            return new HeaderOf(scan.baseOffset(), scan.lastOffset(), scan.maxTimestamp());
        }
    }

    void publish(End end) {
        this.end = end;
    }

    /** Whether an index or the range of relative offsets has no room for the batches. */
    boolean isFull(long lastOffset, LogConfig.Segments config) {
        return lastOffset - baseOffset > Integer.MAX_VALUE
                || offsetIndex.entries().sizeInBytes() + OffsetIndex.ENTRY_BYTES
                        > config.indexBytesMax()
                || timeIndex.entries().sizeInBytes() + 2 * TimeIndex.ENTRY_BYTES
                        > config.indexBytesMax();
    }

    /** Forces the final time entry; the last thing written to a segment's memory. */
    void seal() throws IOException {
        times();
        timeIndex.maybeAppend(times.largest(), times.offsetOfLargest());
        isFlushedSealed = false;
        isSealed = true;
    }

    boolean isSealed() {
        return isSealed;
    }

    /** A segment found complete on disk. */
    void adoptSealed() {
        isSealed = true;
        isFlushedSealed = true;
    }

    /** The segment becomes the active one again, after a truncation. */
    void unseal() {
        isSealed = false;
        isFlushedSealed = false;
        ring = null;
    }

    int indexIntervalBytes() {
        return indexIntervalBytes;
    }

    void forgetRing() {
        ring = null;
    }

    /**
     * Makes everything durable and writes the indexes out whole; without space for them they stay
     * in memory, for the next attempt (or, after a crash, to be rebuilt).
     */
    void flushSealed() throws IOException {
        flush();
        synchronized (this) {
            if (isDetached || (areIndexesLoaded && !spillIndexes())) {
                return;
            }
            if (areIndexesLoaded) {
                offsetIndex.entries().force();
                timeIndex.entries().force();
                disk.forceDirectory(directory);
            }
            isFlushedSealed = true;
        }
    }

    /** Whether {@link #flushSealed} has run since the segment was sealed. */
    boolean isFlushedSealed() {
        return isFlushedSealed;
    }

    /**
     * Writes the indexes out whole; what the disk has no space for stays in memory.
     *
     * @return false without space
     */
    boolean spillIndexes() throws IOException {
        try {
            timeIndex.entries().spillAll();
            offsetIndex.entries().spillAll();
            return true;
        } catch (DiskFullException full) {
            return false;
        }
    }

    /** After recovery, while nobody searches yet: see {@link IndexFile#rest}. */
    void restIndexes() throws IOException {
        offsetIndex.entries().rest();
        timeIndex.entries().rest();
    }

    /** Makes the batches durable, and that the file exists. */
    void flush() throws IOException {
        file().force();
        if (!isEntryDurable) {
            disk.forceDirectory(directory);
            isEntryDurable = true;
        }
    }

    // ---- reading (any thread that holds the segment)

    /** The batch that holds the offset, or the next one; null when there is none up to the end. */
    @Nullable BatchPosition find(long offset) throws IOException {
        PositionRing known = ring;
        if (known != null) {
            BatchPosition found = known.find(offset);
            if (found != null) {
                return found;
            }
        }
        return SegmentSearch.find(this, offset);
    }

    /** Where a slice from the batch ends: see {@link SegmentSearch#cut}. */
    @Nullable BatchPosition cut(
            BatchPosition from, long bytesMax, long offsetMax, boolean atLeastOne)
            throws IOException {
        return SegmentSearch.cut(this, ring, from, bytesMax, offsetMax, atLeastOne);
    }

    DiskFile file() throws IOException {
        DiskFile open = file;
        if (open != null) {
            return open;
        }
        synchronized (this) {
            open = file;
            if (open == null) {
                open = disk.open(path(SegmentName.LOG));
                file = open;
            }
            return open;
        }
    }

    // ---- life

    /** Keeps the files open until {@link #release}; false when the segment is closed. */
    boolean tryHold() {
        while (true) {
            int now = holds.get();
            if (now == 0) {
                return false;
            }
            if (holds.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Notes how far a holder reads, so that truncation leaves those bytes alone. */
    void noteHeldEnd(int position) {
        heldEnd.accumulateAndGet(position, Math::max);
    }

    /** Whether somebody may be reading bytes at or after the position. */
    boolean isHeldBehind(int position) {
        if (holds.get() == 1) {
            heldEnd.set(0);
        }
        return heldEnd.get() > position;
    }

    /**
     * Opens the files for the last time by name: they are about to be renamed, and only what is
     * open can be read from now on.
     */
    void detach() throws IOException {
        synchronized (this) {
            file();
            if (areIndexesLoaded) {
                offsetIndex.entries().hold();
                timeIndex.entries().hold();
            }
            isDetached = true;
        }
    }

    boolean isDetached() {
        return isDetached;
    }

    boolean isHeld() {
        return holds.get() > 1;
    }

    void release() {
        if (holds.decrementAndGet() == 0) {
            closeFiles();
        }
    }

    /** Drops the log's own hold; the files close when the last holder is gone. */
    void retire() {
        release();
    }

    private void closeFiles() {
        try {
            DiskFile open = file;
            if (open != null) {
                open.close();
            }
            offsetIndex.entries().close();
            timeIndex.entries().close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** When this broker created the segment, or opened it as the active one. */
    long activeSinceMs() {
        return activeSinceMs;
    }

    void activeSinceMs(long nowMs) {
        activeSinceMs = nowMs;
    }

    void bytesSinceIndexEntry(int bytes) {
        bytesSinceIndexEntry = bytes;
    }

    Disk disk() {
        return disk;
    }
}
