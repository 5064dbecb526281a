package io.headrace.broker.replication;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.ForwardingFile;
import io.headrace.broker.disk.SegmentsDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Another disk, on which one file cannot be read; what is written anew under its name can.
 *
 * @param name of the file
 */
record UnreadableDisk(Disk whole, Supplier<String> name) {

    Disk disk() {
        return new SegmentsDisk(whole, Unreadable::new);
    }

    private final class Unreadable extends ForwardingFile {

        Unreadable(DiskFile file) {
            super(file);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            if (path().endsWith(name.get())) {
                throw new IOException("Input/output error");
            }
            return super.read(target, position);
        }
    }
}
