package io.headrace.gateway.instance;

import io.headrace.gateway.http.InFlightBytes;
import java.time.Duration;

/**
 * What a read should collect, and the memory that it may hold until its answer was written.
 *
 * <p>Any thread: a read that is given up may still be collecting.
 */
final class PageGoal {

    /** The records, their encoding, and what the encoding grew out of. */
    private static final int COPIES = 3;

    private final Duration timeout;
    private final long bytesMin;
    private final long bytesMax;
    private final InFlightBytes budget;
    private long heldBytes;
    private boolean isReleased;

    /**
     * @param bytesMin with which the read ends before its timeout
     */
    PageGoal(Duration timeout, long bytesMin, long bytesMax, InFlightBytes budget) {
        this.timeout = timeout;
        this.bytesMin = bytesMin;
        this.bytesMax = bytesMax;
        this.budget = budget;
    }

    Duration timeout() {
        return timeout;
    }

    long bytesMin() {
        return bytesMin;
    }

    long bytesMax() {
        return bytesMax;
    }

    /**
     * Takes memory for what the page has more than before.
     *
     * @throws io.headrace.gateway.http.HttpFailure 429 if there is none
     */
    synchronized void hold(Page page, int countBefore) {
        long wanted = COPIES * (page.bytes() + 64L * page.count());
        if (!isReleased && page.count() > countBefore && wanted > heldBytes) {
            budget.take(wanted - heldBytes);
            heldBytes = wanted;
        }
    }

    synchronized void release() {
        isReleased = true;
        budget.giveBack(heldBytes);
        heldBytes = 0;
    }
}
