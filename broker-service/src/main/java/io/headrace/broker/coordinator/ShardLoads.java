package io.headrace.broker.coordinator;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** How often shards were loaded, and how long that took in all. Any thread. */
public final class ShardLoads {

    private final LongAdder count = new LongAdder();
    private final LongAdder millis = new LongAdder();

    void loaded(long tookMs) {
        count.increment();
        millis.add(Math.max(0, tookMs)); // a wall clock can be set back
    }

    public long count() {
        return count.sum();
    }

    public Duration time() {
        return Duration.ofMillis(millis.sum());
    }
}
