package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the indexes of segments that were found on disk, checks whether they can be true, and
 * rebuilds them from the batch headers when they cannot.
 *
 * <p>Any thread may trigger this for a sealed segment; the segment's monitor lets one of them work.
 */
final class SegmentIndexes {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentIndexes.class);

    private SegmentIndexes() {}

    /**
     * @return false if the files were renamed away before anybody opened them
     */
    static boolean load(Segment segment) throws IOException {
        synchronized (segment) {
            if (segment.areIndexesLoaded()) {
                return true;
            }
            if (segment.isDetached()) {
                return false;
            }
            String complaint = found(segment);
            if (complaint.isEmpty() && !measure(segment)) {
                complaint = "entries are missing at the end";
            }
            if (!complaint.isEmpty()) {
                rebuild(segment, complaint);
            }
            segment.indexesAreLoaded();
            return true;
        }
    }

    /**
     * Rebuilds both indexes; keeps them in memory when the disk has no space for them.
     *
     * <p>The offset index is emptied first and written last, each durably: {@link #measure} sees
     * when it lacks entries, which nothing sees of the time index.
     */
    static void rebuild(Segment segment, String why) throws IOException {
        synchronized (segment) {
            LOG.atWarn()
                    .addKeyValue("file", segment.path(SegmentName.INDEX))
                    .addKeyValue("offset", segment.baseOffset())
                    .log("Rebuilding the indexes of a segment: {}", why);
            segment.offsetIndex().entries().clear();
            segment.offsetIndex().entries().force();
            build(segment);
            SegmentTimes times = segment.times();
            segment.timeIndex().maybeAppend(times.largest(), times.offsetOfLargest());
            try {
                segment.timeIndex().entries().spillAll();
                segment.timeIndex().entries().force();
                segment.offsetIndex().entries().spillAll();
                segment.offsetIndex().entries().force();
            } catch (DiskFullException e) {
                LOG.atWarn()
                        .addKeyValue("offset", segment.baseOffset())
                        .setCause(e)
                        .log("No space for the rebuilt indexes; they stay in memory");
            }
        }
    }

    /** Fills both indexes from the batch headers, up to the first damage; in memory. */
    static void build(Segment segment) throws IOException {
        synchronized (segment) {
            segment.startEmptyIndexes();
            HeaderScan scan = new HeaderScan(segment.file(), segment.end().position());
            boolean isThere = scan.seek(0);
            long next = segment.baseOffset();
            while (isThere && scan.baseOffset() >= next) {
                next = scan.lastOffset() + 1;
                segment.index(
                        Segment.HeaderOf.batch(scan), (int) scan.position(), scan.sizeInBytes());
                isThere = scan.next();
            }
        }
    }

    /**
     * Derives the segment's times and the distance to its last index entry; exact, because both
     * indexes are complete up to the last entry of the offset index.
     *
     * @return false if a batch has no entry although it should
     */
    static boolean measure(Segment segment) throws IOException {
        TimeIndex.Entry largest = segment.timeIndex().last();
        OffsetIndex.Entry last = segment.offsetIndex().last();
        int from = last == null ? 0 : last.position();
        int end = segment.end().position();
        HeaderScan scan = new HeaderScan(segment.file(), end);
        SegmentTimes times = SegmentTimes.NONE;
        if (scan.seek(0)) {
            times = times.with(scan.maxTimestamp(), scan.lastOffset());
        }
        if (largest != null) {
            times = times.with(largest.timestamp(), largest.lastOffset());
        }
        boolean isThere = scan.seek(from);
        while (isThere) {
            if (scan.position() - from > segment.indexIntervalBytes()) {
                return false;
            }
            times = times.with(scan.maxTimestamp(), scan.lastOffset());
            isThere = scan.next();
        }
        segment.times(times);
        segment.bytesSinceIndexEntry(end - from);
        return true;
    }

    private static String found(Segment segment) throws IOException {
        try {
            return complaint(segment);
        } catch (UnreadableException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Something to look up in an index; null where it has no answer. */
    @FunctionalInterface
    interface Search<E> {
        @Nullable E run() throws IOException;
    }

    /**
     * Searches an index. One of a sealed segment whose file cannot be read is rebuilt; of one that
     * is appended to, only the writer may touch the index, and the answer is null: there is no
     * entry so far down.
     */
    static <E> @Nullable E search(Segment segment, Search<E> search) throws IOException {
        try {
            return search.run();
        } catch (UnreadableException e) {
            if (!segment.isSealed() || segment.isDetached()) {
                return null;
            }
            rebuild(segment, String.valueOf(e.getMessage()));
            return search.run();
        }
    }

    private static String complaint(Segment segment) throws IOException {
        boolean isMissing =
                !segment.disk().exists(segment.path(SegmentName.INDEX))
                        || !segment.disk().exists(segment.path(SegmentName.TIME_INDEX));
        if (isMissing) {
            return "a file is missing";
        }
        if (!segment.offsetIndex().entries().load() || !segment.timeIndex().entries().load()) {
            return "the entries of a file do not rise";
        }
        OffsetIndex.Entry last = segment.offsetIndex().last();
        TimeIndex.Entry lastTime = segment.timeIndex().last();
        Segment.End end = segment.end();
        long base = segment.baseOffset();
        if (last != null
                && (last.position() < 0
                        || last.position() >= end.position()
                        || last.lastOffset() < base
                        || last.lastOffset() >= end.nextOffset())) {
            return "the last entry does not point into the segment";
        }
        if (lastTime != null
                && (lastTime.lastOffset() < base || lastTime.lastOffset() >= end.nextOffset())) {
            return "the last time does not point into the segment";
        }
        return "";
    }
}
