package io.headrace.broker.log;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when a test says so. */
final class TestClock {

    private final AtomicLong nowMs = new AtomicLong(1_700_000_000_000L);

    LogClock clock() {
        return new LogClock(() -> Instant.ofEpochMilli(nowMs.get()), () -> nowMs.get() * 1_000_000);
    }

    long nowMs() {
        return nowMs.get();
    }

    void advance(Duration duration) {
        nowMs.addAndGet(duration.toMillis());
    }
}
