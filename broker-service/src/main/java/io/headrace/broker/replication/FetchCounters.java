package io.headrace.broker.replication;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What the fetchers of a broker did, for metrics and tests. Any thread. */
public final class FetchCounters {

    /** Past the longest wait of the leader: a good way there and back takes no such time. */
    private static final Duration LATE = Duration.ofMillis(200);

    final LongAdder bytes = new LongAdder();
    final LongAdder damaged = new LongAdder();
    final LongAdder truncations = new LongAdder();
    final LongAdder startsOver = new LongAdder();
    final LongAdder refusals = new LongAdder();
    final LongAdder foreign = new LongAdder();
    final LongAdder disconnects = new LongAdder();
    final LongAdder late = new LongAdder();
    volatile LateAnswer lastLate = new LateAnswer(-1, 0);

    /** An answer that came later than the leader may let it wait. */
    public record LateAnswer(int leaderId, long ms) {}

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

    /** Answers that came much later than the leader may let them wait. */
    public long late() {
        return late.sum();
    }

    /** The last of them. */
    public LateAnswer lastLate() {
        return lastLate;
    }

    /**
     * A leader answered.
     *
     * @param waitMax how long it may have waited for records
     */
    void answered(int leaderId, long tookNanos, Duration waitMax) {
        if (tookNanos > waitMax.plus(LATE).toNanos()) {
            lastLate = new LateAnswer(leaderId, TimeUnit.NANOSECONDS.toMillis(tookNanos));
            late.increment();
        }
    }

    /** Connections that failed. */
    public long disconnects() {
        return disconnects.sum();
    }
}
