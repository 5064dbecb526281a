package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;

/** Another file, in all that a subclass does not do itself. */
public abstract class ForwardingFile implements DiskFile {

    private final DiskFile file;

    protected ForwardingFile(DiskFile file) {
        this.file = file;
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
    public int read(ByteBuffer target, long position) throws IOException {
        return file.read(target, position);
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
    public void sendFailed(IOException cause) {
        file.sendFailed(cause);
    }

    @Override
    public void damaged(IOException cause) {
        file.damaged(cause);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
