package io.headrace.broker.disk;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Another disk on which segments are what a test makes of them. */
public final class SegmentsDisk extends ForwardingDisk {

    private static final long WAIT_S = 30;

    private final UnaryOperator<DiskFile> segments;

    public SegmentsDisk(Disk disk, UnaryOperator<DiskFile> segments) {
        super(disk);
        this.segments = segments;
    }

    @Override
    protected DiskFile over(DiskFile file) {
        return file.path().toString().endsWith(".log") ? segments.apply(file) : file;
    }

    /** For a call that lasts until the test lets it go. */
    public static void await(CountDownLatch letGo) {
        try {
            if (!letGo.await(WAIT_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody let the call go");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
