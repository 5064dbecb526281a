package io.headrace.system.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known of one partition, by offset. */
final class Track {

    static final int SEEN = 1;
    static final int GROUP = 2;
    static final int FINAL = 4;

    private static final int COUNTER_BITS = 44;
    private static final int GAPS_MAX = 10_000;

    /** Offsets that a reader went past. */
    record Gap(String reader, long from, long to) {}

    final String name;
    final BytePages flags = new BytePages();
    final List<Gap> gaps = new ArrayList<>();
    private final LongPages values = new LongPages();
    private final Map<Integer, Long> lastCounters = new HashMap<>();
    long start = -1;
    long end = -1;
    boolean isAssigned;

    Track(String name) {
        this.name = name;
    }

    /** Names a value in one number, never 0. */
    static long pack(int producer, long counter) {
        return ((producer + 1L) << COUNTER_BITS) | counter;
    }

    static String words(long packed) {
        return ((packed >>> COUNTER_BITS) - 1) + ":" + (packed & ((1L << COUNTER_BITS) - 1));
    }

    /** The value that was first seen here; 0 for none. */
    long value(long offset) {
        return values.get(offset);
    }

    void value(long offset, long packed) {
        values.put(offset, packed);
    }

    void gap(Gap gap) {
        if (gaps.size() < GAPS_MAX) {
            gaps.add(gap);
        }
    }

    boolean wasReadFinally() {
        return end >= 0;
    }

    /** In the final log a value of this producer follows; answers its last one before, or -1. */
    long follows(int producer, long counter) {
        Long last = lastCounters.put(producer, counter);
        return last == null ? -1 : last;
    }
}
