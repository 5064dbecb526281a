package io.headrace.system.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a history: a magic number, then events, each a byte that says which and its numbers as
 * variable-length integers (seven bits a byte, low ones first, zigzag for signed ones) and texts in
 * UTF-8 after their length. Times are differences to the event before.
 *
 * <p>Owner: any thread, under this object's monitor. Bounds: one buffer. Errors: a file that cannot
 * be written ends the run with {@link UncheckedIOException}.
 */
public final class HistoryFile implements History, AutoCloseable {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int EVENT_BYTES_MAX = 64;
    private static final int TEXT_BYTES_MAX = 8 << 10;

    private final FileChannel file;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private long lastTimeMs;

    private HistoryFile(FileChannel file) {
        this.file = file;
        buffer.putInt(EventKind.MAGIC);
    }

    /** A new file; one that is there already is not overwritten. */
    public static HistoryFile create(Path path) throws IOException {
        return new HistoryFile(
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    @Override
    public synchronized void partition(int partition, String name) {
        begin(EventKind.PARTITION);
        number(partition);
        text(name);
    }

    @Override
    public synchronized void producer(int producer, String name, boolean idempotent) {
        begin(EventKind.PRODUCER);
        number(producer);
        number(idempotent ? 1 : 0);
        text(name);
    }

    @Override
    public synchronized void reader(int reader, ReaderKind kind, String group, String name) {
        begin(EventKind.READER);
        number(reader);
        text(kind.name());
        text(group);
        text(name);
    }

    @Override
    public synchronized void invoke(int producer, long counter, int partition, long timeMs) {
        begin(EventKind.INVOKE);
        number(producer);
        number(counter);
        number(partition);
        time(timeMs);
    }

    @Override
    public synchronized void ok(int producer, long counter, long offset, long timeMs) {
        begin(EventKind.OK);
        number(producer);
        number(counter);
        number(offset);
        time(timeMs);
    }

    @Override
    public synchronized void failed(int producer, long counter, long timeMs, String code) {
        begin(EventKind.FAILED);
        number(producer);
        number(counter);
        time(timeMs);
        text(code);
    }

    @Override
    public synchronized void unknown(int producer, long counter, long timeMs, String code) {
        begin(EventKind.UNKNOWN);
        number(producer);
        number(counter);
        time(timeMs);
        text(code);
    }

    @Override
    public synchronized void position(int reader, int partition, long offset) {
        begin(EventKind.POSITION);
        number(reader);
        number(partition);
        number(offset);
    }

    @Override
    public synchronized void read(
            int reader, int partition, long offset, int producer, long counter) {
        begin(EventKind.READ);
        number(reader);
        number(partition);
        number(offset);
        number(producer);
        number(counter);
    }

    @Override
    public synchronized void bounds(int reader, int partition, long start, long end) {
        begin(EventKind.BOUNDS);
        number(reader);
        number(partition);
        number(start);
        number(end);
    }

    @Override
    public synchronized void owns(int reader, int generation, int partition) {
        begin(EventKind.OWNS);
        number(reader);
        number(generation);
        number(partition);
    }

    @Override
    public synchronized void commit(int reader, int generation, int partition, long offset) {
        begin(EventKind.COMMIT);
        number(reader);
        number(generation);
        number(partition);
        number(offset);
    }

    @Override
    public synchronized void committed(int reader, int generation, int partition, long offset) {
        begin(EventKind.COMMITTED);
        number(reader);
        number(generation);
        number(partition);
        number(offset);
    }

    @Override
    public synchronized void mark(long timeMs, String text) {
        begin(EventKind.MARK);
        time(timeMs);
        text(text);
    }

    @Override
    public synchronized void verdict(String check, String text) {
        begin(EventKind.VERDICT);
        text(check);
        text(text);
    }

    @Override
    public synchronized void state(
            int partition,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            boolean isLeaderInSync,
            long change) {
        begin(EventKind.STATE);
        number(partition);
        number(leader);
        number(leaderEpoch);
        number(partitionEpoch);
        number(isLeaderInSync ? 1 : 0);
        number(change);
    }

    @Override
    public synchronized void controller(int epoch, long change) {
        begin(EventKind.CONTROLLER);
        number(epoch);
        number(change);
    }

    private void begin(EventKind kind) {
        if (buffer.remaining() < EVENT_BYTES_MAX) {
            flush();
        }
        buffer.put(kind.code());
    }

    private void time(long timeMs) {
        number(timeMs - lastTimeMs);
        lastTimeMs = timeMs;
    }

    private void number(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7FL) != 0) {
            buffer.put((byte) (rest | 0x80));
            rest >>>= 7;
        }
        buffer.put((byte) rest);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int size = Math.min(bytes.length, TEXT_BYTES_MAX);
        if (buffer.remaining() < size + EVENT_BYTES_MAX) {
            flush();
        }
        number(size);
        buffer.put(bytes, 0, size);
    }

    private void flush() {
        try {
            buffer.flip();
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            buffer.clear();
        } catch (IOException e) {
            throw new UncheckedIOException("the history cannot be written", e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        flush();
        file.close();
    }
}
