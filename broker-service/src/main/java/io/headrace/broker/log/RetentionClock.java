package io.headrace.broker.log;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards retention against a wall clock that was set forward: a pass is skipped when wall time
 * moved much more than monotonic time since the last one. A clock that stays ahead is believed from
 * the next pass on. Owner: the schedule thread.
 */
final class RetentionClock {

    static final long JUMP_MS_MAX = TimeUnit.HOURS.toMillis(1);

    private static final Logger LOG = LoggerFactory.getLogger(RetentionClock.class);

    private final LogClock clock;
    private long wallMs;
    private long nanos;

    RetentionClock(LogClock clock) {
        this.clock = clock;
        this.wallMs = clock.nowMs();
        this.nanos = clock.nanoTime().getAsLong();
    }

    synchronized boolean isTrustworthy() {
        long nowMs = clock.nowMs();
        long nowNanos = clock.nanoTime().getAsLong();
        long jumpMs = nowMs - wallMs - TimeUnit.NANOSECONDS.toMillis(nowNanos - nanos);
        wallMs = nowMs;
        nanos = nowNanos;
        if (jumpMs > JUMP_MS_MAX) {
            LOG.atWarn().log("The wall clock jumped {} ms ahead; retention skips one pass", jumpMs);
            return false;
        }
        return true;
    }
}
