package io.headrace.system.history;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Tells the events of a file to a {@link History}. A file that ends within an event, because its
 * writer was killed, is told up to there.
 */
public final class HistoryReader {

    private static final int BUFFER_BYTES = 1 << 16;
    private static final int TEXT_BYTES_MAX = 1 << 16;

    private final FileChannel file;
    private final History to;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
    private long lastTimeMs;

    private HistoryReader(FileChannel file, History to) {
        this.file = file;
        this.to = to;
    }

    /**
     * @return how many events were told
     * @throws IOException when the file cannot be read or is no history
     */
    public static long tell(Path path, History to) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            return new HistoryReader(file, to).tellAll(path);
        }
    }

    private long tellAll(Path path) throws IOException {
        long events = 0;
        try {
            if (magic() != EventKind.MAGIC) {
                throw new IOException(path + " is no history");
            }
            while (true) {
                one(EventKind.of(next() & 0xFF));
                events++;
            }
        } catch (EOFException end) {
            return events;
        } catch (IllegalArgumentException e) {
            throw new IOException(path + " is damaged after " + events + " events", e);
        }
    }

    private void one(EventKind kind) throws IOException {
        switch (kind) {
            case PARTITION -> to.partition(small(), text());
            case PRODUCER -> {
                int producer = small();
                boolean idempotent = number() == 1;
                to.producer(producer, text(), idempotent);
            }
            case READER -> to.reader(small(), History.ReaderKind.valueOf(text()), text(), text());
            case INVOKE -> to.invoke(small(), number(), small(), time());
            case OK -> to.ok(small(), number(), number(), time());
            case FAILED -> to.failed(small(), number(), time(), text());
            case UNKNOWN -> to.unknown(small(), number(), time(), text());
            case POSITION -> to.position(small(), small(), number());
            case READ -> to.read(small(), small(), number(), small(), number());
            case BOUNDS -> to.bounds(small(), small(), number(), number());
            case OWNS -> to.owns(small(), small(), small());
            case COMMIT -> to.commit(small(), small(), small(), number());
            case COMMITTED -> to.committed(small(), small(), small(), number());
            case MARK -> to.mark(time(), text());
            case VERDICT -> to.verdict(text(), text());
            case STATE -> to.state(small(), small(), small(), small(), number() == 1, number());
            case CONTROLLER -> to.controller(small(), number());
        }
    }

    private int magic() throws IOException {
        int magic = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            magic = (magic << 8) | (next() & 0xFF);
        }
        return magic;
    }

    private long time() throws IOException {
        lastTimeMs += number();
        return lastTimeMs;
    }

    private int small() throws IOException {
        long value = number();
        if ((int) value != value) {
            throw new IllegalArgumentException(value + " is out of range");
        }
        return (int) value;
    }

    private long number() throws IOException {
        long bits = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte part = next();
            bits |= (part & 0x7FL) << shift;
            if (part >= 0) {
                return (bits >>> 1) ^ -(bits & 1);
            }
        }
        throw new IllegalArgumentException("a number without an end");
    }

    private String text() throws IOException {
        int size = small();
        if (size < 0 || size > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException("a text of " + size + " bytes");
        }
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = next();
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private byte next() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear();
            if (file.read(buffer) < 0) {
                buffer.flip();
                throw new EOFException();
            }
            buffer.flip();
        }
        return buffer.get();
    }
}
