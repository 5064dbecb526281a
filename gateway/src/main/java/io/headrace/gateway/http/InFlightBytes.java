package io.headrace.gateway.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that requests in flight may hold, for the whole process. What does not fit is refused
 * at once with 429, so that the process slows its clients down instead of dying.
 *
 * <p>Invariant: {@code 0 <= taken <= bytesMax}. Any thread.
 */
public final class InFlightBytes {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    public InFlightBytes(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * @throws HttpFailure 429 if the budget does not hold so many more
     */
    public void take(long bytes) {
        while (true) {
            long before = taken.get();
            if (before + bytes > bytesMax) {
                throw HttpFailure.overloaded(
                        "The gateway holds as many bytes of requests as it may ("
                                + bytesMax
                                + "); try again.");
            }
            if (taken.compareAndSet(before, before + bytes)) {
                return;
            }
        }
    }

    public void giveBack(long bytes) {
        long after = taken.addAndGet(-bytes);
        if (after < 0) {
            throw new IllegalStateException("more bytes given back than taken: " + after);
        }
    }

    public long bytesMax() {
        return bytesMax;
    }

    public long taken() {
        return taken.get();
    }
}
