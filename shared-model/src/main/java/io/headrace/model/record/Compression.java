package io.headrace.model.record;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.xxhash.XXHashFactory;
import org.xerial.snappy.SnappyOutputStream;

/**
 * How the records of a batch are compressed; each has its number in the attributes.
 *
 * <p>Shape: gzip members (RFC 1952); snappy blocks in xerial's framing (a raw block is read too,
 * librdkafka writes those); LZ4 frames with independent 64 KiB blocks and no checksum; zstd frames
 * with a window of at most 128 MiB. All are what Kafka's clients write and read.
 *
 * <p>Errors: {@link #decompress} gives a stream that throws {@link IOException} or a {@link
 * RuntimeException} of the codec on damaged input; {@link #undecodable} turns both into a {@link
 * CorruptBatchException}.
 */
public enum Compression {
    NONE(0),
    GZIP(1),
    SNAPPY(2),
    LZ4(3),
    ZSTD(4);

    private static final int GZIP_BUFFER_SIZE = 8 * 1024;
    private static final int SNAPPY_BLOCK_SIZE = 32 * 1024;
    private static final int ZSTD_LEVEL = 3;
    private static final int ZSTD_WINDOW_LOG_MAX = 27;

    private final int id;

    Compression(int id) {
        this.id = id;
    }

    /**
     * The codec with that number.
     *
     * @throws CorruptBatchException if there is none
     */
    public static Compression ofId(int id) {
        return switch (id) {
            case 0 -> NONE;
            case 1 -> GZIP;
            case 2 -> SNAPPY;
            case 3 -> LZ4;
            case 4 -> ZSTD;
            default ->
                    throw new CorruptBatchException(
                            ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "codec " + id + " is unknown");
        };
    }

    public int id() {
        return id;
    }

    /**
     * Name in configurations: {@code none}, {@code gzip}, {@code snappy}, {@code lz4}, {@code
     * zstd}.
     */
    public String configName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Appends the compressed form of the bytes to the target. */
    void compress(byte[] source, int from, int length, GrowingBytes target) {
        try {
            switch (this) {
                case NONE -> target.write(source, from, length);
                case ZSTD -> compressZstd(source, from, length, target);
                case GZIP, SNAPPY, LZ4 -> {
                    try (OutputStream stream = compressing(target)) {
                        stream.write(source, from, length);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("compressing in memory failed", e);
        }
    }

    private OutputStream compressing(OutputStream target) throws IOException {
        return switch (this) {
            case NONE, ZSTD -> target;
            case GZIP -> new GZIPOutputStream(target, GZIP_BUFFER_SIZE);
            case SNAPPY -> new SnappyOutputStream(target, SNAPPY_BLOCK_SIZE);
            case LZ4 ->
                    new LZ4FrameOutputStream(
                            target,
                            LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB,
                            -1L,
                            LZ4Factory.fastestInstance().fastCompressor(),
                            XXHashFactory.fastestInstance().hash32(),
                            LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE);
        };
    }

    private static void compressZstd(byte[] source, int from, int length, GrowingBytes target) {
        int room = Math.toIntExact(Zstd.compressBound(length));
        target.ensureRoom(room);
        long written =
                Zstd.compressByteArray(
                        target.array(), target.size(), room, source, from, length, ZSTD_LEVEL);
        if (Zstd.isError(written)) {
            throw new IllegalStateException("zstd: " + Zstd.getErrorName(written));
        }
        target.advance((int) written);
    }

    /**
     * The records of a batch as a stream of what they were before compression.
     *
     * @param compressed exactly the compressed bytes; its position moves
     * @param bytesMax the caller reads no more than this; sizes that the input declares are refused
     *     above it before anything is allocated
     */
    InputStream decompress(ByteBuffer compressed, int bytesMax) throws IOException {
        InputStream source = new ByteBufferStream(compressed);
        return switch (this) {
            case NONE -> source;
            case GZIP -> new GZIPInputStream(source, GZIP_BUFFER_SIZE);
            case SNAPPY -> new SnappyBlocksStream(compressed, bytesMax);
            case LZ4 ->
                    new LZ4FrameInputStream(
                            source,
                            LZ4Factory.fastestInstance().safeDecompressor(),
                            XXHashFactory.fastestInstance().hash32(),
                            true);
            case ZSTD -> {
                ZstdInputStreamNoFinalizer stream =
                        new ZstdInputStreamNoFinalizer(source, RecyclingBufferPool.INSTANCE);
                stream.setLongMax(ZSTD_WINDOW_LOG_MAX);
                yield stream;
            }
        };
    }

    /** Decompresses everything, replacing what the target holds. */
    void decompressInto(GrowingBytes target, ByteBuffer compressed, int bytesMax) {
        target.clear();
        try (InputStream stream = decompress(compressed, bytesMax)) {
            while (true) {
                target.ensureRoom(target.size() == 0 ? compressed.capacity() * 2 : 1);
                int read = stream.read(target.array(), target.size(), target.room());
                if (read <= 0) {
                    return;
                }
                target.advance(read);
                if (target.size() > bytesMax) {
                    throw new CorruptBatchException(
                            ErrorCode.MESSAGE_TOO_LARGE,
                            "the records decompress to more than " + bytesMax + " bytes");
                }
            }
        } catch (IOException | RuntimeException e) {
            throw undecodable(e);
        }
    }

    static CorruptBatchException undecodable(Exception cause) {
        if (cause instanceof CorruptBatchException corrupt) {
            return corrupt;
        }
        return new CorruptBatchException(
                ErrorCode.CORRUPT_MESSAGE, "the records cannot be decompressed", cause);
    }
}
