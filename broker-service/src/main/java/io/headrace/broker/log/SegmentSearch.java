package io.headrace.broker.log;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Finds batch boundaries in a segment: an index lookup, then a walk over the headers of at most
 * {@code index.interval.bytes} and one batch. Stateless; callers hold the segment.
 *
 * <p>An index entry that does not point at the batch it names makes the index be rebuilt, once per
 * search.
 */
final class SegmentSearch {

    private SegmentSearch() {}

    static @Nullable BatchPosition find(Segment segment, long offset) throws IOException {
        HeaderScan scan = new HeaderScan(segment.file(), segment.end().position());
        boolean isThere = scan.seek(startOf(segment, offset, Integer.MAX_VALUE));
        while (isThere && scan.lastOffset() < offset) {
            isThere = scan.next();
        }
        return isThere ? new BatchPosition(scan.baseOffset(), (int) scan.position()) : null;
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
        int start = Math.max(from.position(), startOf(segment, offsetMax - 1, limit));
        HeaderScan scan = new HeaderScan(segment.file(), end.position());
        boolean isThere = scan.seek(start);
        BatchPosition cut =
                start > from.position() && isThere
                        ? new BatchPosition(scan.baseOffset(), start)
                        : null;
        while (isThere && scan.lastOffset() < offsetMax && scan.end() <= limit) {
            cut = new BatchPosition(scan.lastOffset() + 1, (int) scan.end());
            isThere = scan.next();
        }
        if (cut == null && atLeastOne && isThere && scan.lastOffset() < offsetMax) {
            cut = new BatchPosition(scan.lastOffset() + 1, (int) scan.end());
        }
        return cut;
    }

    /** Position of the batch at the last index entry at or before offset and position, or 0. */
    private static int startOf(Segment segment, long offset, long positionMax) throws IOException {
        if (!segment.areIndexesLoaded() && !SegmentIndexes.load(segment)) {
            return 0;
        }
        OffsetIndex.Entry entry = segment.offsetIndex().floor(offset, positionMax);
        if (entry == null) {
            return 0;
        }
        HeaderScan scan = new HeaderScan(segment.file(), segment.end().position());
        if (scan.seek(entry.position()) && scan.lastOffset() == entry.lastOffset()) {
            return entry.position();
        }
        if (!segment.isSealed() || segment.isDetached()) {
            // A truncation under this search; only the writer touches indexes it still appends to.
            return 0;
        }
        SegmentIndexes.rebuild(segment, "an entry does not point at its batch");
        OffsetIndex.Entry rebuilt = segment.offsetIndex().floor(offset, positionMax);
        return rebuilt == null ? 0 : rebuilt.position();
    }
}
