package io.headrace.broker.replication;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What the scrubber found, for metrics, health and tests. Any thread. */
public final class ScrubCounters {

    final LongAdder bytes = new LongAdder();
    final LongAdder damaged = new LongAdder();
    final LongAdder repaired = new LongAdder();

    /** Damage that stands, by segment file. */
    final Map<String, String> standing = new ConcurrentHashMap<>();

    /** Bytes checked. */
    public long bytes() {
        return bytes.sum();
    }

    /** Damaged segments found. */
    public long damaged() {
        return damaged.sum();
    }

    /** Damaged segments replaced by another replica's copy. */
    public long repaired() {
        return repaired.sum();
    }

    /** One sentence for each damaged segment that no replica could repair. */
    public List<String> standing() {
        return standing.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue())
                .sorted()
                .toList();
    }
}
