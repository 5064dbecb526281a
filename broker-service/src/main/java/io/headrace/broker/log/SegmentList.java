package io.headrace.broker.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The segments of a log by rising base offset; immutable, never empty. */
final class SegmentList {

    private final Segment[] segments;

    private SegmentList(Segment[] segments) {
        if (segments.length == 0) {
            throw new IllegalArgumentException("a log has at least one segment");
        }
        this.segments = segments;
    }

    static SegmentList of(List<Segment> segments) {
        return new SegmentList(segments.toArray(new Segment[0]));
    }

    Segment first() {
        return segments[0];
    }

    Segment active() {
        return segments[segments.length - 1];
    }

    int count() {
        return segments.length;
    }

    Segment get(int slot) {
        return segments[slot];
    }

    /** Slot of the last segment that begins at or before the offset; -1 when none does. */
    int floor(long offset) {
        int low = 0;
        int high = segments.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments[middle].baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    boolean hasSegmentAt(long baseOffset) {
        int slot = floor(baseOffset);
        return slot >= 0 && segments[slot].baseOffset() == baseOffset;
    }

    SegmentList with(Segment active) {
        Segment[] next = Arrays.copyOf(segments, segments.length + 1);
        next[segments.length] = active;
        return new SegmentList(next);
    }

    /** The segments in slots {@code [from, to)}. */
    SegmentList range(int from, int to) {
        return new SegmentList(Arrays.copyOfRange(segments, from, to));
    }

    /** Puts one segment in the place of some neighbours. */
    SegmentList replace(List<Segment> old, Segment by) {
        List<Segment> next = new ArrayList<>(asList());
        int at = next.indexOf(old.getFirst());
        next.removeAll(old);
        next.add(at, by);
        return of(next);
    }

    List<Segment> asList() {
        return List.of(segments);
    }

    long sizeInBytes() {
        long sum = 0;
        for (Segment segment : segments) {
            sum += segment.sizeInBytes();
        }
        return sum;
    }
}
