package io.headrace.model.record;

import java.io.InputStream;
import java.nio.ByteBuffer;

/** The remaining bytes of a buffer as a stream, without a copy. */
final class ByteBufferStream extends InputStream {

    private final ByteBuffer source;

    ByteBufferStream(ByteBuffer source) {
        this.source = source;
    }

    @Override
    public int read() {
        return source.hasRemaining() ? source.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) {
        if (length == 0) {
            return 0;
        }
        int count = Math.min(length, source.remaining());
        if (count == 0) {
            return -1;
        }
        source.get(target, from, count);
        return count;
    }

    @Override
    public int available() {
        return source.remaining();
    }
}
