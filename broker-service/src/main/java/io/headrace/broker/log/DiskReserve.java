package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses appends before the volume is full, so that checkpoints, indexes and other programs still
 * find space, and lets them in again when space returns.
 *
 * <p>Asks the volume at most every {@link #INTERVAL_MS} or {@link #BYTES_BETWEEN_CHECKS} appended
 * bytes. Hysteresis: below the reserve it closes, at 1.1 times the reserve it opens. Any thread.
 */
public final class DiskReserve {

    private static final Logger LOG = LoggerFactory.getLogger(DiskReserve.class);

    static final long INTERVAL_MS = 200;
    private static final long TELL_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long NEVER = Long.MIN_VALUE;
    static final long BYTES_BETWEEN_CHECKS = 16L << 20;

    private final Disk disk;
    private final Path path;
    private final long reserveBytes;
    private final LongSupplier nanoTime;
    private final AtomicLong uncheckedBytes = new AtomicLong();
    private final AtomicLong checkedAtNanos;
    private final AtomicBoolean isNearlyFull = new AtomicBoolean();
    private final AtomicLong toldAtNanos = new AtomicLong(NEVER);
    private volatile boolean isTold;

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
        return !isNearlyFull.get();
    }

    /** The volume refused a write: nothing is admitted until it has space again. */
    void noteFull() {
        if (!isNearlyFull.getAndSet(true)) {
            tell(true, "the volume refused a write");
        }
    }

    /** Whether appends are being refused. */
    public boolean isNearlyFull() {
        return isNearlyFull.get();
    }

    public long reserveBytes() {
        return reserveBytes;
    }

    private void check() throws IOException {
        uncheckedBytes.set(0);
        long usable = disk.usableBytes(path);
        long threshold = isNearlyFull.get() ? reserveBytes + reserveBytes / 10 : reserveBytes;
        boolean isNow = usable <= 0 || usable < threshold;
        if (isNearlyFull.getAndSet(isNow) != isNow) {
            tell(isNow, usable + " bytes are free");
        }
    }

    /** A volume that refuses writes and claims to have space would fill the log: not that often. */
    private void tell(boolean isRefusing, String why) {
        long now = nanoTime.getAsLong();
        long before = toldAtNanos.get();
        if (isRefusing) {
            isTold =
                    (before == NEVER || now - before >= TELL_NS)
                            && toldAtNanos.compareAndSet(before, now);
            if (isTold) {
                LOG.atWarn()
                        .addKeyValue("directory", path)
                        .log(
                                "Appends are refused until space returns, reads work: {}, the"
                                        + " reserve is {}. Free some, or lower"
                                        + " headrace.broker.disk-reserve.",
                                why,
                                reserveBytes);
            }
        } else if (isTold) {
            LOG.atInfo().addKeyValue("directory", path).log("Appends are taken again: {}", why);
        }
    }
}
