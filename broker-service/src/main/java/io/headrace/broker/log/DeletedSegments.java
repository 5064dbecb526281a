package io.headrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;

/**
 * Segments that have left the log and wait, renamed to {@code .deleted}, until their time is over
 * and nobody reads them any more. Thread-safe.
 */
final class DeletedSegments {

    private static final List<String> SUFFIXES =
            List.of(SegmentName.LOG, SegmentName.INDEX, SegmentName.TIME_INDEX);

    private record Doomed(Segment segment, long dueNanos) {}

    private final LogState state;
    private final ArrayDeque<Doomed> waiting = new ArrayDeque<>();

    DeletedSegments(LogState state) {
        this.state = state;
    }

    /** Renames the files; whoever holds the segment may read on. */
    void remove(Segment segment) throws IOException {
        segment.detach();
        for (String suffix : SUFFIXES) {
            Path path = segment.path(suffix);
            if (state.disk.exists(path)) {
                state.disk.rename(path, segment.path(suffix + SegmentName.DELETED));
            }
        }
        long delayNanos =
                Math.min(state.config.fileDeleteDelayMs(), Long.MAX_VALUE / 2_000_000) * 1_000_000;
        synchronized (waiting) {
            waiting.add(new Doomed(segment, state.clock.nanoTime().getAsLong() + delayNanos));
        }
    }

    /** Deletes files whose time is over; returns how many segments. */
    int deleteDue() throws IOException {
        return delete(state.clock.nanoTime().getAsLong(), false);
    }

    /** Closes all without waiting; leftovers of the disk go at the next start. */
    void closeAll() throws IOException {
        delete(0, true);
    }

    private int delete(long nowNanos, boolean now) throws IOException {
        int count = 0;
        while (true) {
            Doomed next;
            synchronized (waiting) {
                next = waiting.peek();
                if (next == null || (!now && next.dueNanos - nowNanos > 0)) {
                    return count;
                }
                waiting.remove();
            }
            for (String suffix : SUFFIXES) {
                Path path = next.segment.path(suffix + SegmentName.DELETED);
                if (state.disk.exists(path)) {
                    state.disk.delete(path);
                }
            }
            next.segment.retire();
            count++;
        }
    }
}
