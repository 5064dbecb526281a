package io.headrace.broker.log;

import io.headrace.broker.log.producer.ProducerStates;
import java.io.IOException;

/**
 * Finds out what the log says of its producers: the newest snapshot, then the headers of the
 * batches above it. A batch counts as written now, unless the log stamped its time: record times
 * may be any.
 *
 * <p>Runs under the writer's lock, or before anybody knows the log. Reads 4 KiB at each batch, so a
 * log without a usable snapshot takes as long as its batches are many.
 */
final class ProducerReplay {

    private ProducerReplay() {}

    static void run(ProducerStates producers, SegmentList segments, long nowMs) throws IOException {
        long start = segments.first().baseOffset();
        long end = segments.active().nextOffset();
        long from = producers.restore(start, end, segments::hasSegmentAt);
        for (int slot = Math.max(0, segments.floor(from)); slot < segments.count(); slot++) {
            Segment segment = segments.get(slot);
            if (segment.nextOffset() > from) {
                note(producers, segment, from, nowMs);
            }
        }
    }

    private static void note(ProducerStates producers, Segment segment, long from, long nowMs)
            throws IOException {
        int position = 0;
        if (from > segment.baseOffset()) {
            BatchPosition found = segment.find(from);
            position = found == null ? segment.sizeInBytes() : found.position();
        }
        HeaderScan scan = new HeaderScan(segment.file(), segment.sizeInBytes());
        boolean isThere = scan.seek(position);
        while (isThere) {
            producers.note(scan.header(), scan.headerAt(), nowMs);
            isThere = scan.next();
        }
    }
}
