package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Another disk, with somebody who is told how its files fare. */
public final class WatchedDisk implements Disk {

    private final Disk disk;
    private final DiskWatch watch;

    public WatchedDisk(Disk disk, DiskWatch watch) {
        this.disk = disk;
        this.watch = watch;
    }

    @Override
    public DiskFile open(Path path) throws IOException {
        return new Watched(disk.open(path), watch);
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
    public long totalBytes(Path path) throws IOException {
        return disk.totalBytes(path);
    }

    @Override
    public AutoCloseable lock(Path path) throws IOException {
        return disk.lock(path);
    }

    private record Watched(DiskFile file, DiskWatch watch) implements DiskFile {

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            try {
                return file.read(target, position);
            } catch (IOException e) {
                tell(e);
                throw e;
            }
        }

        @Override
        public void load(long position, int length) throws IOException {
            try {
                file.load(position, length);
            } catch (IOException e) {
                tell(e);
                throw e;
            }
        }

        private void tell(IOException cause) {
            if (!(cause instanceof ClosedChannelException)) {
                watch.readFailed(path(), cause);
            }
        }

        @Override
        public void sendFailed(IOException cause) {
            watch.sendFailed(path(), cause);
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
            DiskWatch.Force force = watch.begins(path());
            try {
                file.force();
            } finally {
                force.ended();
            }
        }

        @Override
        public boolean isResident(long position, int length) throws IOException {
            return file.isResident(position, length);
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
