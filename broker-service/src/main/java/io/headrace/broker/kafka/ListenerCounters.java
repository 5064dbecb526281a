package io.headrace.broker.kafka;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What happened on all listeners, for metrics and tests. */
public final class ListenerCounters {

    /** More lines about strangers than this in a second say nothing new, and fill the disk. */
    static final int LINES_PER_SECOND_MAX = 10;

    private static final long SECOND_NS = 1_000_000_000;

    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private volatile @Nullable InetAddress lastRefused;
    private long secondSinceNs;
    private int linesInSecond;

    /** Connections open now. */
    public int connections() {
        return connections.get();
    }

    /** Connections that came, refused ones included. */
    public long acceptedConnections() {
        return accepted.sum();
    }

    /** Where the last connection that was refused came from; null before the first. */
    public @Nullable InetAddress lastRefused() {
        return lastRefused;
    }

    /** Requests that closed their connection because they could not be read. */
    public long unreadableRequests() {
        return unreadable.sum();
    }

    /** Connections closed at once because a limit was reached. */
    public long refusedConnections() {
        return refused.sum();
    }

    /** Whether a line about a connection that is closed for what it sent may be logged now. */
    synchronized boolean mayTell(long nowNs) {
        if (linesInSecond == 0 || nowNs - secondSinceNs >= SECOND_NS) {
            secondSinceNs = nowNs;
            linesInSecond = 0;
        }
        if (linesInSecond == LINES_PER_SECOND_MAX) {
            return false;
        }
        linesInSecond++;
        return true;
    }

    int opened() {
        accepted.increment();
        return connections.incrementAndGet();
    }

    void closed() {
        connections.decrementAndGet();
    }

    void unreadable() {
        unreadable.increment();
    }

    void refused(InetAddress address) {
        lastRefused = address;
        refused.increment();
    }
}
