package io.headrace.system.load;

import java.util.concurrent.atomic.AtomicLongArray;

/** How long acknowledgements took, in steps of {@value #STEP_MS} ms up to a minute. Any thread. */
final class Latencies {

    private static final int STEP_MS = 25;
    private static final int STEPS = 60_000 / STEP_MS;

    private final AtomicLongArray counts = new AtomicLongArray(STEPS);

    void took(long ms) {
        counts.incrementAndGet(Math.clamp(ms / STEP_MS, 0, STEPS - 1));
    }

    void clear() {
        for (int i = 0; i < STEPS; i++) {
            counts.set(i, 0);
        }
    }

    /** -1 when nothing was counted. */
    long p99Ms() {
        long all = 0;
        for (int i = 0; i < STEPS; i++) {
            all += counts.get(i);
        }
        long beyond = all / 100;
        int step = STEPS - 1;
        for (long slower = 0; step >= 0; step--) {
            slower += counts.get(step);
            if (slower > beyond) {
                return (step + 1L) * STEP_MS;
            }
        }
        return -1;
    }
}
