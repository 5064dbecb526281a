package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Refuses appends before the volume is full, so that checkpoints, indexes and other programs still
 * find space, and lets them in again when space returns.
 *
 * <p>Asks the volume at most every {@link #INTERVAL_MS} or {@link #BYTES_BETWEEN_CHECKS} appended
 * bytes. Hysteresis: below the reserve it closes, at 1.1 times the reserve it opens. Any thread.
 */
public final class DiskReserve {

    static final long INTERVAL_MS = 200;
    static final long BYTES_BETWEEN_CHECKS = 16L << 20;

    private final Disk disk;
    private final Path path;
    private final long reserveBytes;
    private final LongSupplier nanoTime;
    private final AtomicLong uncheckedBytes = new AtomicLong();
    private final AtomicLong checkedAtNanos;
    private volatile boolean isNearlyFull;

    /**
     * @param reserveBytes 0 to refuse only when the volume itself does
     */
    public DiskReserve(Disk disk, Path path, long reserveBytes, LongSupplier nanoTime)
            throws IOException {
        this.disk = disk;
        this.path = path;
        this.reserveBytes = reserveBytes;
        this.nanoTime = nanoTime;
        this.checkedAtNanos = new AtomicLong(nanoTime.getAsLong());
        check();
    }

    /** Whether the bytes may be appended. */
    boolean admits(long bytes) throws IOException {
        long now = nanoTime.getAsLong();
        long checkedAt = checkedAtNanos.get();
        boolean isDue =
                now - checkedAt >= TimeUnit.MILLISECONDS.toNanos(INTERVAL_MS)
                        || uncheckedBytes.addAndGet(bytes) >= BYTES_BETWEEN_CHECKS;
        if (isDue && checkedAtNanos.compareAndSet(checkedAt, now)) {
            check();
        }
        return !isNearlyFull;
    }

    /** The volume refused a write: nothing is admitted until it has space again. */
    void noteFull() {
        isNearlyFull = true;
    }

    /** Whether appends are being refused. */
    public boolean isNearlyFull() {
        return isNearlyFull;
    }

    public long reserveBytes() {
        return reserveBytes;
    }

    private void check() throws IOException {
        uncheckedBytes.set(0);
        long usable = disk.usableBytes(path);
        long threshold = isNearlyFull ? reserveBytes + reserveBytes / 10 : reserveBytes;
        isNearlyFull = usable <= 0 || usable < threshold;
    }
}
