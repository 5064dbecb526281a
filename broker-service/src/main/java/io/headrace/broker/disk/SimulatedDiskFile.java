package io.headrace.broker.disk;

import io.headrace.broker.disk.SimulatedNode.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/** An open file of a {@link SimulatedDisk}, whose monitor guards it. */
final class SimulatedDiskFile implements DiskFile {

    private final SimulatedDisk disk;
    private final Path path;
    private final Content content;
    private final int boot;
    private boolean isClosed;
    private boolean isLoaded;

    SimulatedDiskFile(SimulatedDisk disk, Path path, Content content, int boot) {
        this.disk = disk;
        this.path = path;
        this.content = content;
        this.boot = boot;
    }

    private void check() throws IOException {
        disk.checkOpen(path, boot);
        if (isClosed) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long size() throws IOException {
        synchronized (disk) {
            check();
            return content.size();
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        byte[] bytes = new byte[target.remaining()];
        int count;
        synchronized (disk) {
            check();
            if (!content.isReadable(position, bytes.length)) {
                throw new UnreadableException(path, new IOException("simulated failure of a read"));
            }
            count = content.read(bytes, 0, bytes.length, position);
        }
        target.put(bytes, 0, count);
        return count;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        write(new ByteBuffer[] {source}, position);
    }

    @Override
    public void write(ByteBuffer[] sources, long position) throws IOException {
        int length = 0;
        for (ByteBuffer source : sources) {
            length += source.remaining();
        }
        if (length == 0) {
            return;
        }
        byte[] bytes = new byte[length];
        int at = 0;
        for (ByteBuffer source : sources) {
            int count = source.remaining();
            source.get(bytes, at, count);
            at += count;
        }
        synchronized (disk) {
            check();
            disk.write(path, content, bytes, position);
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        synchronized (disk) {
            check();
            content.truncate(size);
            disk.countCall();
        }
    }

    @Override
    public void force() throws IOException {
        disk.runBeforeForce(path);
        synchronized (disk) {
            check();
            disk.force(path, content);
        }
    }

    @Override
    public boolean isResident(long position, int length) throws IOException {
        synchronized (disk) {
            check();
            return isLoaded || !disk.isCold(path);
        }
    }

    @Override
    public void load(long position, int length) throws IOException {
        synchronized (disk) {
            check();
            isLoaded = true;
        }
    }

    @Override
    public Optional<FileChannel> transferChannel() {
        return Optional.empty();
    }

    @Override
    public void close() {
        synchronized (disk) {
            isClosed = true;
        }
    }
}
