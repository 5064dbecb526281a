package io.headrace.broker.log;

import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.log.producer.ProducerStates;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what the log says of its producers: the newest snapshot, the batches just below it, and
 * the headers of the batches above it. A snapshot holds the last batch of each producer only, but a
 * client may send up to five again whose acknowledgement it did not see. A batch counts as written
 * now, unless the log stamped its time: record times may be any.
 *
 * <p>Runs under the writer's lock, or before anybody knows the log. Reads 4 KiB at each batch, so a
 * log without a usable snapshot takes as long as its batches are many.
 */
final class ProducerReplay {

    private static final Logger LOG = LoggerFactory.getLogger(ProducerReplay.class);

    /** How far below a snapshot batches are looked for. */
    static final int RECALL_BYTES = 4 << 20;

    private ProducerReplay() {}

    static void run(ProducerStates producers, SegmentList segments, long nowMs) throws IOException {
        long start = segments.first().baseOffset();
        long end = segments.active().nextOffset();
        long from = producers.restore(start, end, segments::hasSegmentAt);
        if (producers.count() > 0) {
            recallIfReadable(producers, segments, from);
        }
        for (int slot = Math.max(0, segments.floor(from)); slot < segments.count(); slot++) {
            Segment segment = segments.get(slot);
            if (segment.nextOffset() > from) {
                note(producers, segment, from, nowMs);
            }
        }
    }

    /** Without it a batch that is sent again is refused as out of order, not told to be there. */
    private static void recallIfReadable(ProducerStates producers, SegmentList segments, long end)
            throws IOException {
        try {
            recall(producers, segments, end);
        } catch (UnreadableException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("offset", end)
                    .log("Batches that producers may send again cannot be read");
        }
    }

    private static void recall(ProducerStates producers, SegmentList segments, long end)
            throws IOException {
        int last = segments.floor(end - 1);
        if (last < 0) {
            return;
        }
        Segment behind = segments.get(last);
        BatchPosition found =
                end >= behind.nextOffset() ? null : SegmentSearch.findPastDamage(behind, end);
        int lastEnd = found == null ? behind.sizeInBytes() : found.position();
        int first = last;
        long bytes = lastEnd;
        while (first > 0 && bytes < RECALL_BYTES) {
            first--;
            bytes += segments.get(first).sizeInBytes();
        }
        int from = (int) Math.max(0, bytes - RECALL_BYTES);
        for (int slot = first; slot <= last; slot++) {
            Segment segment = segments.get(slot);
            HeaderScan scan =
                    new HeaderScan(segment.file(), slot == last ? lastEnd : segment.sizeInBytes());
            boolean isThere = scan.seek(SegmentSearch.boundaryBefore(segment, end - 1, from));
            while (isThere) {
                producers.recall(scan.header(), scan.headerAt());
                isThere = scan.next();
            }
            from = 0;
        }
    }

    /** Where that cannot be read all batches of the segment are noted, the last one last. */
    private static int positionOf(Segment segment, long offset) throws IOException {
        try {
            BatchPosition found = SegmentSearch.findPastDamage(segment, offset);
            return found == null ? segment.sizeInBytes() : found.position();
        } catch (UnreadableException e) {
            return 0;
        }
    }

    /** Damage is passed over: whatever lies behind it says what its producers wrote last. */
    private static void note(ProducerStates producers, Segment segment, long from, long nowMs)
            throws IOException {
        int position = from > segment.baseOffset() ? positionOf(segment, from) : 0;
        long next = segment.baseOffset();
        while (position < segment.sizeInBytes()) {
            HeaderScan scan = new HeaderScan(segment.file(), segment.sizeInBytes());
            try {
                boolean isThere = scan.seek(position);
                while (isThere) {
                    producers.note(scan.header(), scan.headerAt(), nowMs);
                    next = scan.lastOffset() + 1;
                    position = (int) scan.end();
                    isThere = scan.next();
                }
            } catch (UnreadableException e) {
                LOG.atWarn().setCause(e).log("Looking for producers behind damage");
            }
            position = SegmentSearch.nextSound(segment, position, next);
        }
    }
}
