package io.headrace.model.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sees that the process stood still, or runs too little, from how late a thread wakes that sleeps a
 * short while again and again.
 *
 * <p>Owner: the thread that sleeps. Bounds: it remembers the sleeps of {@link #WINDOW}.
 */
final class PauseWatch implements MeterBinder {

    /** Time that the process should have run and did not. */
    static final String LOST = "headrace.process.lost";

    /** Who wakes later than that stood still. */
    static final Duration LATE_MAX = Duration.ofMillis(250);

    static final Duration WINDOW = Duration.ofSeconds(5);

    /** Of the window: who lost more is starved. */
    static final double SHARE_MAX = 0.3;

    /** Less is how sleeping is. */
    private static final long NOISE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private record Sleep(long endNs, long lateNs) {}

    private final Troubles troubles;
    private final ArrayDeque<Sleep> window = new ArrayDeque<>();
    private final AtomicLong lostNs = new AtomicLong();
    private long lostInWindowNs;

    PauseWatch(Troubles troubles) {
        this.troubles = troubles;
    }

    /**
     * The thread has slept.
     *
     * @param meantNs how long it meant to
     * @param tookNs how long it did
     */
    void slept(long meantNs, long tookNs, long nowNs) {
        long lateNs = tookNs - meantNs;
        forgetBefore(nowNs - WINDOW.toNanos());
        if (lateNs < NOISE_NS) {
            return;
        }
        lostNs.addAndGet(lateNs);
        if (lateNs > LATE_MAX.toNanos()) {
            troubles.note(
                    Trouble.STOOD_STILL, () -> "the process stood still for " + ms(lateNs) + " ms");
            return;
        }
        window.addLast(new Sleep(nowNs, lateNs));
        lostInWindowNs += lateNs;
        if (lostInWindowNs > SHARE_MAX * WINDOW.toNanos()) {
            long lost = lostInWindowNs;
            troubles.note(
                    Trouble.STARVED,
                    () ->
                            String.format(
                                    Locale.ROOT,
                                    "the process did not run for %d ms of the last %d s",
                                    ms(lost),
                                    WINDOW.toSeconds()));
            window.clear();
            lostInWindowNs = 0;
        }
    }

    private void forgetBefore(long firstNs) {
        Sleep oldest = window.peekFirst();
        while (oldest != null && oldest.endNs() - firstNs < 0) {
            lostInWindowNs -= oldest.lateNs();
            window.removeFirst();
            oldest = window.peekFirst();
        }
    }

    private static long ms(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        FunctionCounter.builder(LOST, lostNs, nanos -> nanos.get() / 1e9)
                .baseUnit("seconds")
                .register(registry);
    }
}
