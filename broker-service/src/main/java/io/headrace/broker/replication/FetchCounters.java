package io.headrace.broker.replication;

import java.util.concurrent.atomic.LongAdder;

/** What the fetchers of a broker did, for metrics and tests. Any thread. */
public final class FetchCounters {

    final LongAdder bytes = new LongAdder();
    final LongAdder damaged = new LongAdder();
    final LongAdder truncations = new LongAdder();
    final LongAdder startsOver = new LongAdder();
    final LongAdder refusals = new LongAdder();
    final LongAdder foreign = new LongAdder();
    final LongAdder disconnects = new LongAdder();

    /** Bytes of batches appended. */
    public long bytes() {
        return bytes.sum();
    }

    /** Answers that were refused because their bytes or offsets were wrong. */
    public long damaged() {
        return damaged.sum();
    }

    public long truncations() {
        return truncations.sum();
    }

    /** Logs that were emptied because the leader's began behind their end. */
    public long startsOver() {
        return startsOver.sum();
    }

    /** Answers of leaders that gave nothing. */
    public long refusals() {
        return refusals.sum();
    }

    /** Parts of answers about partitions, or topics, that were not asked for. */
    public long foreign() {
        return foreign.sum();
    }

    /** Connections that failed. */
    public long disconnects() {
        return disconnects.sum();
    }
}
