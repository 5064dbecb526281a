package io.headrace.broker.replica;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often replicas left the in-sync replicas that this broker leads, and came back. Any thread.
 */
public final class IsrCounts {

    private final LongAdder shrinks = new LongAdder();
    private final LongAdder expansions = new LongAdder();

    void count(int sizeBefore, int sizeAfter) {
        if (sizeAfter < sizeBefore) {
            shrinks.increment();
        } else if (sizeAfter > sizeBefore) {
            expansions.increment();
        }
    }

    public long shrinks() {
        return shrinks.sum();
    }

    public long expansions() {
        return expansions.sum();
    }
}
