package io.headrace.broker.log.compaction;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Counts what a cleaner reads and writes, slows it down to its limit, and ends its work when it is
 * to stop. Counters may be read by any thread; everything else is the cleaner's.
 */
final class CleanerLoad {

    private static final long PAUSE_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecondMax;
    private final LongSupplier nanoTime;
    private final BooleanSupplier isStopping;
    private volatile long bytesRead;
    private volatile long bytesWritten;
    private volatile long recordsDropped;
    private long allowedNanos;

    CleanerLoad(long bytesPerSecondMax, LongSupplier nanoTime, BooleanSupplier isStopping) {
        this.bytesPerSecondMax = bytesPerSecondMax;
        this.nanoTime = nanoTime;
        this.isStopping = isStopping;
        this.allowedNanos = nanoTime.getAsLong();
    }

    long bytesRead() {
        return bytesRead;
    }

    long bytesWritten() {
        return bytesWritten;
    }

    long recordsDropped() {
        return recordsDropped;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void read(long bytes) {
        bytesRead += bytes;
        spend(bytes);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void wrote(long bytes) {
        bytesWritten += bytes;
        spend(bytes);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void dropped(long records) {
        recordsDropped += records;
    }

    /** Waits until the bytes are within the limit. */
    private void spend(long bytes) {
        checkStop();
        if (bytesPerSecondMax == Long.MAX_VALUE) {
            return;
        }
        long now = nanoTime.getAsLong();
        double costNanos = (double) bytes * TimeUnit.SECONDS.toNanos(1) / bytesPerSecondMax;
        allowedNanos = Math.max(allowedNanos, now) + (long) costNanos;
        while (allowedNanos - nanoTime.getAsLong() > 0) {
            checkStop();
            LockSupport.parkNanos(Math.min(PAUSE_NANOS_MAX, allowedNanos - nanoTime.getAsLong()));
        }
    }

    private void checkStop() {
        if (isStopping.getAsBoolean()) {
            throw new CleaningAbortedException("the cleaner stops");
        }
    }
}
