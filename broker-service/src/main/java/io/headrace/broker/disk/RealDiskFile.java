package io.headrace.broker.disk;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * One file of the machine.
 *
 * <p>Owner: any thread may read; {@code gatherLock} orders gathering writes, which share the
 * channel's file pointer; {@code lengthLock} keeps a truncation out while a piece is mapped,
 * because mapping past the end would make the file longer. Neither is held while the other is
 * taken.
 */
final class RealDiskFile implements DiskFile {

    /** Larger heap buffers pass in pieces: the JDK copies each into off-heap memory it keeps. */
    private static final int HEAP_PIECE_MAX = 1 << 20;

    private static final int LOAD_PIECE_SIZE = 1 << 16;

    /**
     * The kernel drops pages in long runs, oldest first: one look at a page per so many bytes finds
     * them. What it can miss is a hole that one read-ahead of the kernel (128 KiB) fills.
     */
    private static final int RESIDENCE_STRIDE = 128 << 10;

    private final Path path;
    private final FileChannel channel;
    private final ReentrantLock gatherLock = new ReentrantLock();
    private final ReentrantReadWriteLock lengthLock = new ReentrantReadWriteLock();

    RealDiskFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int total = 0;
        int limit = target.limit();
        try {
            while (target.position() < limit) {
                target.limit(pieceEnd(target, limit));
                int count = channel.read(target, position + total);
                target.limit(limit);
                if (count < 0) {
                    break;
                }
                total += count;
            }
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableException(path, e);
        } finally {
            target.limit(limit);
        }
        return total;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        long at = position;
        int limit = source.limit();
        try {
            while (source.position() < limit) {
                source.limit(pieceEnd(source, limit));
                at += channel.write(source, at);
                source.limit(limit);
            }
        } catch (IOException e) {
            throw RealDisk.named(e, path);
        } finally {
            source.limit(limit);
        }
    }

    private static int pieceEnd(ByteBuffer buffer, int limit) {
        if (buffer.isDirect()) {
            return limit;
        }
        return Math.min(limit, buffer.position() + HEAP_PIECE_MAX);
    }

    @Override
    public void write(ByteBuffer[] sources, long position) throws IOException {
        if (sources.length == 1) {
            write(sources[0], position);
            return;
        }
        gatherLock.lock();
        try {
            channel.position(position);
            int first = 0;
            while (true) {
                while (first < sources.length && !sources[first].hasRemaining()) {
                    first++;
                }
                if (first == sources.length) {
                    return;
                }
                long written = channel.write(sources, first, sources.length - first);
                if (written == 0) {
                    throw new IOException("a write of several buffers makes no progress");
                }
            }
        } catch (IOException e) {
            throw RealDisk.named(e, path);
        } finally {
            gatherLock.unlock();
        }
    }

    @Override
    public void truncate(long size) throws IOException {
        lengthLock.writeLock().lock();
        try {
            channel.truncate(size);
        } catch (IOException e) {
            throw RealDisk.named(e, path);
        } finally {
            lengthLock.writeLock().unlock();
        }
    }

    @Override
    public void force() throws IOException {
        try {
            channel.force(false);
        } catch (IOException e) {
            throw RealDisk.named(e, path);
        }
    }

    @Override
    public boolean isResident(long position, int length) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            lengthLock.readLock().lock();
            try {
                long count = Math.min(length, channel.size() - position);
                return count <= 0
                        || isResident(
                                channel.map(FileChannel.MapMode.READ_ONLY, position, count, arena));
            } finally {
                lengthLock.readLock().unlock();
            }
        }
    }

    private static boolean isResident(MemorySegment mapped) {
        long last = mapped.byteSize() - 1;
        for (long at = 0; at < last; at += RESIDENCE_STRIDE) {
            if (!mapped.asSlice(at, 1).isLoaded()) {
                return false;
            }
        }
        return mapped.asSlice(last, 1).isLoaded();
    }

    @Override
    public void load(long position, int length) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(Math.min(length, LOAD_PIECE_SIZE));
        long end = position + length;
        for (long at = position; at < end; ) {
            piece.clear().limit((int) Math.min(piece.capacity(), end - at));
            int count = read(piece, at);
            if (count == 0) {
                return;
            }
            at += count;
        }
    }

    @Override
    public Optional<FileChannel> transferChannel() {
        return Optional.of(channel);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
