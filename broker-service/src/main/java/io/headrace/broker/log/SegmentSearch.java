package io.headrace.broker.log;

import io.headrace.broker.disk.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds batch boundaries in a segment: an index lookup, then a walk over the headers of at most
 * {@code index.interval.bytes} and one batch. Stateless; callers hold the segment.
 *
 * <p>An index entry that does not point at the batch it names makes the index be rebuilt, once per
 * search.
 */
final class SegmentSearch {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentSearch.class);

    /** What a device reads, or does not, at once; or a part of that. */
    private static final int SECTOR_BYTES = 512;

    private SegmentSearch() {}

    /**
     * The batch that holds the offset, or the next one; null when there is none up to the end.
     *
     * @throws DamagedFileException if damage lies on the way. What comes behind it must not be
     *     taken for what comes next: who copies would leave out all between
     */
    static @Nullable BatchPosition find(Segment segment, long offset) throws IOException {
        Segment.End end = segment.end();
        HeaderScan scan = scanFrom(segment, end, offset, Integer.MAX_VALUE);
        long before = -1;
        while (scan.isThere() && scan.lastOffset() < offset) {
            before = scan.position();
            long last = scan.lastOffset();
            if (scan.next() && scan.baseOffset() <= last) {
                throw damaged(segment, scan.position());
            }
        }
        if (!scan.isThere() && !scan.isAtEnd()) {
            throw damaged(segment, scan.position());
        }
        BatchPosition found =
                scan.isThere() ? new BatchPosition(scan.baseOffset(), (int) scan.position()) : null;
        if (found != null && !isFollowed(scan, end)) {
            throw damaged(segment, found.position()); // its base offset is wrong
        }
        boolean isGap = found == null || found.baseOffset() > offset;
        if (isGap && before >= 0 && !(scan.seek(before) && scan.isSound())) {
            throw damaged(segment, before); // no gap of a compaction: its length is wrong
        }
        return found;
    }

    /**
     * Whether what comes behind a batch has larger offsets: no checksum covers a base offset. Bytes
     * that are no batch say nothing of the one before. Moves the scan.
     */
    private static boolean isFollowed(HeaderScan scan, Segment.End end) throws IOException {
        long last = scan.lastOffset();
        try {
            return scan.next()
                    ? scan.baseOffset() > last
                    : !scan.isAtEnd() || last < end.nextOffset();
        } catch (UnreadableException e) {
            return true;
        }
    }

    /**
     * As {@link #find}, but damage on the way is passed over: behind it a batch is one that has its
     * checksum. Damage that may hold the offset is found in the place of the next batch; and a
     * batch behind a sound one is said to begin where that ends, for its base offset may be wrong.
     * For those who cut there, or count what is above; not for those who copy.
     *
     * @throws UnreadableException if the offset may lie in what cannot be read
     */
    static @Nullable BatchPosition findPastDamage(Segment segment, long offset) throws IOException {
        try {
            BatchPosition found = segment.find(offset);
            HeaderScan scan = new HeaderScan(segment.file(), segment.end().position());
            if (found == null
                    || found.baseOffset() >= offset
                    || isSoundAt(segment, scan, found.position(), found.baseOffset())) {
                return found;
            }
        } catch (DamagedFileException | UnreadableException e) {
            LOG.atWarn().setCause(e).log("Looking for offset {} behind damage", offset);
        }
        return walkPastDamage(segment, offset);
    }

    private static @Nullable BatchPosition walkPastDamage(Segment segment, long offset)
            throws IOException {
        int end = segment.end().position();
        BatchPosition damage = null;
        long next = segment.baseOffset();
        for (int position = 0; position < end; ) {
            int sound = nextSound(segment, position, next);
            if (sound > position && damage == null) {
                damage = new BatchPosition(next, position);
            }
            if (sound >= end) {
                break;
            }
            HeaderScan scan = new HeaderScan(segment.file(), end);
            scan.seek(sound);
            if (scan.lastOffset() >= offset) {
                if (damage == null) {
                    return new BatchPosition(next, sound);
                }
                return scan.baseOffset() > offset
                        ? readable(segment, damage, sound)
                        : new BatchPosition(scan.baseOffset(), sound);
            }
            damage = null;
            next = scan.lastOffset() + 1;
            position = (int) scan.end();
        }
        return damage == null ? null : readable(segment, damage, end);
    }

    /** What cannot be read may hide batches that are sound: those are not for cutting. */
    private static BatchPosition readable(Segment segment, BatchPosition damage, int end)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HeaderScan.WINDOW_BYTES);
        for (int at = damage.position(); at < end; at += bytes.capacity()) {
            segment.file().read(bytes.clear().limit(Math.min(bytes.capacity(), end - at)), at);
        }
        return damage;
    }

    /**
     * Where the next batch begins that has its checksum, at the position or behind it; the
     * segment's end when there is none. Bytes that cannot be read are passed over by the sector:
     * each try may take the device seconds.
     *
     * @param baseOffsetMin it has no smaller one
     */
    static int nextSound(Segment segment, int position, long baseOffsetMin) throws IOException {
        int end = segment.end().position();
        int at = position;
        while (at < end) {
            HeaderScan scan = new HeaderScan(segment.file(), end);
            try {
                if (isSoundAt(segment, scan, at, baseOffsetMin)) {
                    return at;
                }
                at++;
            } catch (UnreadableException e) {
                at = (at / SECTOR_BYTES + 1) * SECTOR_BYTES;
            }
        }
        return end;
    }

    private static boolean isSoundAt(
            Segment segment, HeaderScan scan, int position, long baseOffsetMin) throws IOException {
        return scan.seek(position)
                && scan.baseOffset() >= baseOffsetMin
                && scan.baseOffset() < segment.nextOffset()
                && scan.isSound()
                && scan.seek(position);
    }

    static DamagedFileException damaged(Segment segment, long position) {
        return new DamagedFileException(
                segment.path(SegmentName.LOG) + " is damaged at position " + position);
    }

    /** Position of some batch at or before the offset and the position; 0 without a better one. */
    static int boundaryBefore(Segment segment, long offset, int positionMax) throws IOException {
        return positionMax <= 0
                ? 0
                : (int) scanFrom(segment, segment.end(), offset, positionMax).position();
    }

    /**
     * Where a slice that begins at the batch {@code from} ends: the last batch boundary within
     * {@code bytesMax} behind which no record at or above {@code offsetMax} lies before it. The
     * result's base offset is where to read on.
     *
     * @param atLeastOne take the first batch even if it is larger than {@code bytesMax}
     * @return null when not even one batch may be taken
     */
    static @Nullable BatchPosition cut(
            Segment segment,
            @Nullable PositionRing ring,
            BatchPosition from,
            long bytesMax,
            long offsetMax,
            boolean atLeastOne)
            throws IOException {
        Segment.End end = segment.end();
        long limit = Math.min(from.position() + bytesMax, end.position());
        if (limit == end.position() && end.nextOffset() <= offsetMax) {
            return new BatchPosition(end.nextOffset(), end.position());
        }
        BatchPosition known =
                ring == null ? null : ring.boundary(from.position(), limit, offsetMax);
        return known != null ? known : walk(segment, end, from, limit, offsetMax, atLeastOne);
    }

    private static @Nullable BatchPosition walk(
            Segment segment,
            Segment.End end,
            BatchPosition from,
            long limit,
            long offsetMax,
            boolean atLeastOne)
            throws IOException {
        HeaderScan scan = scanFrom(segment, end, offsetMax - 1, limit);
        if (scan.position() < from.position()) {
            scan.seek(from.position());
        }
        BatchPosition cut =
                scan.position() > from.position() && scan.isThere()
                        ? new BatchPosition(scan.baseOffset(), (int) scan.position())
                        : null;
        while (scan.isThere() && scan.lastOffset() < offsetMax && scan.end() <= limit) {
            cut = new BatchPosition(scan.lastOffset() + 1, (int) scan.end());
            scan.next();
        }
        if (cut == null && atLeastOne && scan.isThere() && scan.lastOffset() < offsetMax) {
            cut = new BatchPosition(scan.lastOffset() + 1, (int) scan.end());
        }
        return cut;
    }

    /**
     * A scan at the batch of the last index entry at or before offset and position, or at the first
     * batch.
     */
    private static HeaderScan scanFrom(
            Segment segment, Segment.End end, long offset, long positionMax) throws IOException {
        OffsetIndex.Entry entry =
                segment.areIndexesLoaded() || SegmentIndexes.load(segment)
                        ? SegmentIndexes.search(
                                segment, () -> segment.offsetIndex().floor(offset, positionMax))
                        : null;
        HeaderScan scan = new HeaderScan(segment.file(), end.position());
        if (entry == null) {
            scan.seek(0);
            return scan;
        }
        if (entry.position() >= 0
                && scan.seek(entry.position())
                && scan.lastOffset() == entry.lastOffset()) {
            return scan;
        }
        OffsetIndex.Entry rebuilt = null;
        // A truncation under this search is no damage; only the writer touches indexes it still
        // appends to.
        if (segment.isSealed() && !segment.isDetached()) {
            SegmentIndexes.rebuild(segment, "an entry does not point at its batch");
            rebuilt = segment.offsetIndex().floor(offset, positionMax);
        }
        HeaderScan again = new HeaderScan(segment.file(), end.position());
        again.seek(rebuilt == null ? 0 : rebuilt.position());
        return again;
    }
}
