package io.headrace.broker.replica;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Append requests that wait for the partition's lock, linked through the requests themselves.
 *
 * <p>Many threads offer, the holder of the lock takes all at once, in the order of arrival.
 *
 * <p>Bound: {@code countMax} requests; a request that does not fit is refused.
 */
final class ProduceQueue {

    private final AtomicReference<@Nullable ProduceRequest> newest = new AtomicReference<>();
    private final AtomicInteger count = new AtomicInteger();
    private final int countMax;

    ProduceQueue(int countMax) {
        this.countMax = countMax;
    }

    boolean offer(ProduceRequest request) {
        if (count.incrementAndGet() > countMax) {
            count.decrementAndGet();
            return false;
        }
        ProduceRequest head;
        do {
            head = newest.get();
            request.next = head;
        } while (!newest.compareAndSet(head, request));
        return true;
    }

    boolean isEmpty() {
        return newest.get() == null;
    }

    /** Everything that waits, oldest first and linked by {@code next}; null when nothing does. */
    @Nullable ProduceRequest takeAll() {
        ProduceRequest chain = newest.getAndSet(null);
        ProduceRequest oldest = null;
        int taken = 0;
        while (chain != null) {
            ProduceRequest older = chain.next;
            chain.next = oldest;
            oldest = chain;
            chain = older;
            taken++;
        }
        if (taken > 0) {
            count.addAndGet(-taken);
        }
        return oldest;
    }
}
