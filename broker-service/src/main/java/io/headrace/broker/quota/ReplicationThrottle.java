package io.headrace.broker.quota;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * Bytes per second that this broker sends to, or fetches for, throttled replicas together. What is
 * sent is taken from a bucket that fills at the rate and holds {@value #BURST_SECONDS} seconds'
 * worth; nothing is sent while it is empty, and an answer may overdraw it once.
 *
 * <p>Owner: any thread, under {@code lock}; the rate may change at any time.
 *
 * <p>Source: KIP-73.
 */
public final class ReplicationThrottle {

    private static final long BURST_SECONDS = 1;
    private static final double NANOS_PER_SECOND = 1e9;

    private final LongSupplier bytesPerSecond;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private double left;
    private long lookedAtNanos;
    private boolean isFresh = true;

    /**
     * @param bytesPerSecond {@code Long.MAX_VALUE} for no limit
     */
    public ReplicationThrottle(LongSupplier bytesPerSecond, LongSupplier nanoTime) {
        this.bytesPerSecond = bytesPerSecond;
        this.nanoTime = nanoTime;
    }

    /** Whether nothing may be sent now. */
    public boolean isExhausted() {
        long rate = bytesPerSecond.getAsLong();
        if (rate == Long.MAX_VALUE) {
            return false;
        }
        lock.lock();
        try {
            fill(rate);
            return left <= 0;
        } finally {
            lock.unlock();
        }
    }

    public void spent(long bytes) {
        long rate = bytesPerSecond.getAsLong();
        if (bytes == 0 || rate == Long.MAX_VALUE) {
            return;
        }
        lock.lock();
        try {
            fill(rate);
            left -= bytes;
        } finally {
            lock.unlock();
        }
    }

    private void fill(long rate) {
        long now = nanoTime.getAsLong();
        double full = (double) rate * BURST_SECONDS;
        double gained = isFresh ? full : (double) rate * (now - lookedAtNanos) / NANOS_PER_SECOND;
        isFresh = false;
        lookedAtNanos = now;
        left = Math.min(full, left + gained);
    }
}
