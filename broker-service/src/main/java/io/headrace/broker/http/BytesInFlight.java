package io.headrace.broker.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes of request bodies the broker holds at once, over all connections.
 *
 * <p>Bound: {@code bytesMax}; what does not fit is refused, nobody waits.
 */
public final class BytesInFlight {

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    public BytesInFlight(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    boolean tryAcquire(long count) {
        long before;
        do {
            before = bytes.get();
            if (before + count > bytesMax) {
                return false;
            }
        } while (!bytes.compareAndSet(before, before + count));
        return true;
    }

    void release(long count) {
        long left = bytes.addAndGet(-count);
        if (left < 0) {
            throw new IllegalStateException("released " + -left + " bytes more than were acquired");
        }
    }

    /** Bytes held now. */
    public long bytes() {
        return bytes.get();
    }
}
