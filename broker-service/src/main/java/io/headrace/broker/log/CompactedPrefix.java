package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFile;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.util.List;

/**
 * How much of a compacted log has to be replaced together, so that no record comes back whose
 * successor is gone.
 *
 * <pre>
 *   log start         cleaned     damage ends      last hole
 *   |--------------------|------------|----------------|====== every offset is here ======|
 *   |---------------- another replica's ---------------|------------- own ----------------|
 * </pre>
 *
 * A record of the other replica that is not the newest of its key has its successor there too, or
 * behind: and behind, the own log lacks no offset. One segment alone could bring a key back whose
 * tombstone was removed here. Holes count, not only how far this cleaner came: a leader that was
 * compacted is copied with its holes.
 *
 * <p>Owner: whoever holds {@link LogSegments#beginRewriting}.
 */
final class CompactedPrefix {

    private final LogSegments segments;
    private final LogState state;

    CompactedPrefix(LogSegments segments, LogState state) {
        this.segments = segments;
        this.state = state;
    }

    /**
     * Sealed segments from the log start on, by rising offset; seals the active one when it has a
     * hole.
     */
    List<SealedSegment> with(SealedSegment damaged) throws IOException {
        segments.sealIf(CompactedPrefix::hasHoles);
        long end = Math.max(damaged.nextOffset(), segments.cleanedOffset());
        List<SealedSegment> sealed =
                segments.sealed().stream()
                        .filter(each -> each.nextOffset() > state.logStartOffset)
                        .toList();
        int count = 0;
        for (int i = 0; i < sealed.size(); i++) {
            if (sealed.get(i).baseOffset() < end || hasHoles(sealed.get(i))) {
                count = i + 1;
            }
        }
        return sealed.subList(0, count);
    }

    private boolean hasHoles(SealedSegment sealed) throws IOException {
        List<Segment> found = segments.find(List.of(sealed));
        if (found.isEmpty() || !found.getFirst().tryHold()) {
            return true;
        }
        try {
            return hasHoles(found.getFirst().file(), sealed);
        } finally {
            found.getFirst().release();
        }
    }

    /** Damage counts as one. */
    private static boolean hasHoles(DiskFile file, SealedSegment segment) throws IOException {
        long next = segment.baseOffset();
        HeaderScan scan = new HeaderScan(file, segment.sizeInBytes());
        for (boolean isThere = scan.seek(0); isThere; isThere = scan.next()) {
            int records = RecordBatch.recordCount(scan.header(), scan.headerAt());
            if (scan.baseOffset() != next || scan.lastOffset() + 1 - next != records) {
                return true;
            }
            next += records;
        }
        return next != segment.nextOffset();
    }
}
