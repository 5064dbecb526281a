package io.headrace.model.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;

/**
 * Decompresses snappy: blocks in xerial's framing, or one raw block.
 *
 * <pre>
 *  at  len  field
 *   0    8  magic       0x82 'S' 'N' 'A' 'P' 'P' 'Y' 0x00
 *   8    4  version     1
 *  12    4  compatible  1
 *  16    4  block length, then the block; repeated to the end
 * </pre>
 *
 * <p>Stands in for xerial's own input stream because that one allocates the uncompressed size that
 * a block declares before it looks at the bytes; here a size above the caller's bound, or above
 * what the format can expand to, is refused first.
 */
final class SnappyBlocksStream extends InputStream {

    private static final long MAGIC = 0x82534e4150505900L;
    private static final int HEADER_SIZE = 16;

    /** A copy of 64 bytes takes three: no input expands more than this. */
    private static final long EXPANSION_MAX = 22;

    private final ByteBuffer source;
    private final boolean isFramed;
    private final int bytesMax;
    private byte[] block = new byte[0];
    private int at;
    private int limit;

    SnappyBlocksStream(ByteBuffer source, int bytesMax) {
        this.source = source;
        this.bytesMax = bytesMax;
        this.isFramed =
                source.remaining() >= HEADER_SIZE && source.getLong(source.position()) == MAGIC;
        if (isFramed) {
            source.position(source.position() + HEADER_SIZE);
        }
    }

    @Override
    public int read() throws IOException {
        while (at == limit) {
            if (!nextBlock()) {
                return -1;
            }
        }
        return block[at++] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == limit) {
            if (!nextBlock()) {
                return -1;
            }
        }
        int count = Math.min(length, limit - at);
        System.arraycopy(block, at, target, from, count);
        at += count;
        return count;
    }

    private boolean nextBlock() throws IOException {
        if (!source.hasRemaining()) {
            return false;
        }
        int length = source.remaining();
        if (isFramed) {
            if (length < Integer.BYTES) {
                throw new IOException("a snappy block is cut off");
            }
            length = source.getInt();
        }
        if (length <= 0 || length > source.remaining()) {
            throw new IOException("a snappy block states a length of " + length);
        }
        byte[] compressed = new byte[length];
        source.get(compressed);
        int size = Snappy.uncompressedLength(compressed);
        if (size < 0 || size > bytesMax || size > length * EXPANSION_MAX) {
            throw new IOException("a snappy block declares " + size + " bytes");
        }
        if (block.length < size) {
            block = new byte[size];
        }
        at = 0;
        limit = Snappy.uncompress(compressed, 0, length, block, 0);
        return true;
    }
}
