package io.headrace.broker.http;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.ForwardingFile;
import io.headrace.broker.disk.SegmentsDisk;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A disk whose segments are never in the page cache, and whose loads take until they are let go.
 */
final class ColdDisk {

    final Queue<String> loadingThreads = new ConcurrentLinkedQueue<>();
    final AtomicInteger loading = new AtomicInteger();
    private final CountDownLatch letGo = new CountDownLatch(1);

    /** The same disk with cold segments. */
    Disk over(Disk disk) {
        return new SegmentsDisk(disk, Cold::new);
    }

    /** Lets the loads that wait, and all later ones, end. */
    void letGo() {
        letGo.countDown();
    }

    private final class Cold extends ForwardingFile {

        Cold(DiskFile file) {
            super(file);
        }

        @Override
        public boolean isResident(long position, int length) {
            return false;
        }

        @Override
        public void load(long position, int length) throws IOException {
            loadingThreads.add(Thread.currentThread().getName());
            loading.incrementAndGet();
            SegmentsDisk.await(letGo);
            loading.decrementAndGet();
            super.load(position, length);
        }
    }
}
