package io.headrace.broker.http;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** A disk that counts the bytes of segments which were read into memory. */
public final class CountingDisk implements Disk {

    public final AtomicLong bytesRead = new AtomicLong();
    private final Disk disk;

    public CountingDisk(Disk disk) {
        this.disk = disk;
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        DiskFile file = disk.open(path);
        return path.toString().endsWith(".log") ? new CountingFile(file) : file;
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return disk.exists(path);
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public boolean isDirectory(Path path) throws IOException {
        return disk.isDirectory(path);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        return disk.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        disk.forceDirectory(directory);
    }

    @Override
    public long modifiedMs(Path path) throws IOException {
        return disk.modifiedMs(path);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return disk.usableBytes(path);
    }

    @Override
    public AutoCloseable lock(Path path) throws IOException {
        return disk.lock(path);
    }

    private final class CountingFile implements DiskFile {

        private final DiskFile file;

        CountingFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int count = file.read(target, position);
            bytesRead.addAndGet(count);
            return count;
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            file.write(source, position);
        }

        @Override
        public void write(ByteBuffer[] sources, long position) throws IOException {
            file.write(sources, position);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public boolean isResident(long position, int length) throws IOException {
            return file.isResident(position, length);
        }

        @Override
        public void load(long position, int length) throws IOException {
            file.load(position, length);
        }

        @Override
        public Optional<FileChannel> transferChannel() {
            return file.transferChannel();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
