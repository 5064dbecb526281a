package io.headrace.broker.telemetry;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.ForwardingFile;
import io.headrace.broker.disk.SegmentsDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A disk whose segments go bad when the test says so. */
final class BadDisk {

    /** What segments do. */
    enum Fault {
        NONE,
        /** The device fails under a reader. */
        READS_FAIL,
        /** The kernel cannot send: it finds fewer bytes than there were. */
        SENDS_FAIL,
        /** A flush lasts until it is let go. */
        FLUSHES_HANG
    }

    volatile Fault fault = Fault.NONE;
    final CountDownLatch letGo = new CountDownLatch(1);
    private final Path empty;

    BadDisk(Path folder) throws IOException {
        this.empty = Files.createFile(folder.resolve("empty"));
    }

    Disk over(Disk disk) {
        return new SegmentsDisk(disk, Bad::new);
    }

    private final class Bad extends ForwardingFile {

        Bad(DiskFile file) {
            super(file);
        }

        @Override
        public boolean isResident(long position, int length) throws IOException {
            return switch (fault) {
                case READS_FAIL -> false;
                case SENDS_FAIL -> true;
                case NONE, FLUSHES_HANG -> super.isResident(position, length);
            };
        }

        @Override
        public void load(long position, int length) throws IOException {
            if (fault == Fault.READS_FAIL) {
                throw new IOException("Input/output error");
            }
            super.load(position, length);
        }

        @Override
        public Optional<FileChannel> transferChannel() {
            if (fault != Fault.SENDS_FAIL) {
                return super.transferChannel();
            }
            try {
                return Optional.of(FileChannel.open(empty, StandardOpenOption.READ));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void force() throws IOException {
            if (fault == Fault.FLUSHES_HANG) {
                SegmentsDisk.await(letGo);
            }
            super.force();
        }
    }
}
