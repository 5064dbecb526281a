package io.headrace.broker.log;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Time, as storage sees it.
 *
 * @param wall for record timestamps and retention
 * @param nanoTime monotonic, for everything that measures a duration
 */
public record LogClock(InstantSource wall, LongSupplier nanoTime) {

    public static LogClock system() {
        return new LogClock(InstantSource.system(), System::nanoTime);
    }

    long nowMs() {
        return wall.millis();
    }
}
