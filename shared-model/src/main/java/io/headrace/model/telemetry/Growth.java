package io.headrace.model.telemetry;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;

/**
 * Notes a trouble whenever a counter has grown by so many in so many seconds; looks once a second.
 *
 * <p>Owner: the thread that looks.
 */
public final class Growth implements Look {

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final Troubles troubles;
    private final Trouble kind;
    private final LongSupplier counter;
    private final long least;
    private final LongFunction<String> words;

    /** The counter at the last looks, the oldest at {@code next}. */
    private final long[] seen;

    private int next;
    private long lookedNs;
    private boolean hasLooked;

    /**
     * @param window whole seconds
     * @param least growth within the window that is a trouble
     * @param words what happened, by how much the counter grew
     */
    public Growth(
            Troubles troubles,
            Trouble kind,
            LongSupplier counter,
            Duration window,
            long least,
            LongFunction<String> words) {
        this.troubles = troubles;
        this.kind = kind;
        this.counter = counter;
        this.least = least;
        this.words = words;
        this.seen = new long[Math.toIntExact(window.toSeconds())];
        Arrays.fill(seen, counter.getAsLong());
    }

    @Override
    public void look(long nowNs) {
        if (hasLooked && nowNs - lookedNs < SECOND_NS) {
            return;
        }
        long now = counter.getAsLong();
        long grown = now - seen[next];
        // What was slept through must not look like the growth of one window.
        boolean isLate = hasLooked && nowNs - lookedNs > SECOND_NS * (seen.length + 1);
        seen[next] = now;
        next = (next + 1) % seen.length;
        lookedNs = nowNs;
        hasLooked = true;
        if (grown >= least && !isLate) {
            troubles.note(kind, () -> words.apply(grown));
        }
    }
}
