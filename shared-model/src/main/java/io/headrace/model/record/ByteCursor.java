package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads forward through the record bytes of a batch: in place where they are not compressed, or
 * through a small window over a decompressing stream.
 *
 * <p>Bounds: the stream delivers at most {@code bytesMax} bytes, then {@link
 * CorruptBatchException}; every read past the end is one too. One thread.
 */
final class ByteCursor {

    private static final int WINDOW_SIZE = 8 * 1024;

    private final ByteBuffer window;
    private final @Nullable InputStream source;
    private final int bytesMax;
    private int at;
    private int limit;

    /** Bytes that were delivered before the window's first one. */
    private long passed;

    /** Over the bytes {@code [from, limit)} of the buffer, by absolute reads. */
    ByteCursor(ByteBuffer buffer, int from, int limit) {
        this.window = buffer;
        this.source = null;
        this.bytesMax = limit - from;
        this.at = from;
        this.limit = limit;
        this.passed = -from;
    }

    ByteCursor(InputStream source, int bytesMax) {
        this.window = ByteBuffer.allocate(WINDOW_SIZE);
        this.source = source;
        this.bytesMax = bytesMax;
    }

    /** Bytes read so far. */
    long consumed() {
        return passed + at;
    }

    boolean isAtEnd() {
        return at == limit && !refill();
    }

    byte readByte() {
        if (at == limit && !refill()) {
            throw malformed("the records end before their stated length");
        }
        return window.get(at++);
    }

    int readVarint() {
        byte first = readByte();
        if (first >= 0) {
            return Varints.zigZag((int) first);
        }
        int raw = first & 0x7f;
        for (int shift = 7; shift < 35; shift += 7) {
            byte next = readByte();
            raw |= (next & 0x7f) << shift;
            if (next >= 0) {
                if (shift == 28 && next > 0x0f) {
                    break;
                }
                return Varints.zigZag(raw);
            }
        }
        throw malformed("a varint is longer than 32 bits");
    }

    long readVarlong() {
        byte first = readByte();
        if (first >= 0) {
            return Varints.zigZag((long) first);
        }
        long raw = first & 0x7f;
        for (int shift = 7; shift < 70; shift += 7) {
            byte next = readByte();
            raw |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                if (shift == 63 && next > 1) {
                    break;
                }
                return Varints.zigZag(raw);
            }
        }
        throw malformed("a varlong is longer than 64 bits");
    }

    void skip(int count) {
        int rest = count;
        while (rest > limit - at) {
            rest -= limit - at;
            at = limit;
            if (!refill()) {
                throw malformed("the records end before their stated length");
            }
        }
        at += rest;
    }

    /** False at the end of the bytes. */
    private boolean refill() {
        if (source == null) {
            return false;
        }
        passed += limit;
        at = 0;
        limit = 0;
        try {
            int read = source.read(window.array(), 0, window.capacity());
            if (read <= 0) {
                return false;
            }
            limit = read;
        } catch (IOException | RuntimeException e) {
            throw Compression.undecodable(e);
        }
        if (passed + limit > bytesMax) {
            throw new CorruptBatchException(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "the records decompress to more than " + bytesMax + " bytes");
        }
        return true;
    }
}
