package io.headrace.broker.http;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.ForwardingFile;
import io.headrace.broker.disk.SegmentsDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the bytes of segments which were read into memory. */
public final class CountingDisk {

    public final AtomicLong bytesRead = new AtomicLong();

    /** The same disk, counted. */
    public Disk over(Disk disk) {
        return new SegmentsDisk(disk, Counted::new);
    }

    private final class Counted extends ForwardingFile {

        Counted(DiskFile file) {
            super(file);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int count = super.read(target, position);
            bytesRead.addAndGet(count);
            return count;
        }
    }
}
