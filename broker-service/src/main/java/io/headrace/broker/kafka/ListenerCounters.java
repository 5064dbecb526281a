package io.headrace.broker.kafka;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What happened on all listeners, for metrics and tests. */
public final class ListenerCounters {

    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder unreadable = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /** Connections open now. */
    public int connections() {
        return connections.get();
    }

    /** Requests that closed their connection because they could not be read. */
    public long unreadableRequests() {
        return unreadable.sum();
    }

    /** Connections closed at once because a limit was reached. */
    public long refusedConnections() {
        return refused.sum();
    }

    int opened() {
        return connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    void unreadable() {
        unreadable.increment();
    }

    void refused() {
        refused.increment();
    }
}
