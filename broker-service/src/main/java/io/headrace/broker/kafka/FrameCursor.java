package io.headrace.broker.kafka;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.utils.ByteUtils;
import org.jspecify.annotations.Nullable;

/**
 * Reads one request from its frame, for Kafka's generated readers, without trusting it.
 *
 * <p>Why not Kafka's own: its readers allocate what a count announces as long as that many bytes
 * follow, and keep unknown tagged fields. Here a list's capacity never exceeds the bytes that are
 * left, all lists of a request together hold {@value #ELEMENTS_MAX} elements at most (each costs an
 * object here and in the answer, and the event loop's time, though it may cost the client a byte),
 * and unknown tagged fields are skipped: {@value #UNKNOWN_TAGS_MAX} of them at most, with {@value
 * #UNKNOWN_TAG_BYTES_MAX} bytes in all.
 *
 * <p>Errors: {@link InvalidRequestException}, {@link java.nio.BufferUnderflowException} or another
 * {@link RuntimeException} of the generated readers; the connection closes on any of them.
 */
final class FrameCursor implements Readable {

    static final int ELEMENTS_MAX = 250_000;
    static final int UNKNOWN_TAGS_MAX = 1_000;
    static final int UNKNOWN_TAG_BYTES_MAX = 64 << 10;

    private final ByteBuffer bytes;
    private int unknownTags;
    private int unknownTagBytes;
    private boolean hasSlices;
    private int elements;
    private int lastNumber;

    FrameCursor(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    @Override
    public byte readByte() {
        return bytes.get();
    }

    @Override
    public short readShort() {
        return bytes.getShort();
    }

    @Override
    public int readInt() {
        lastNumber = bytes.getInt();
        return lastNumber;
    }

    @Override
    public long readLong() {
        return bytes.getLong();
    }

    @Override
    public double readDouble() {
        return bytes.getDouble();
    }

    @Override
    public byte[] readArray(int length) {
        requireBytes(length);
        byte[] copy = new byte[length];
        bytes.get(copy);
        return copy;
    }

    @Override
    public int readUnsignedVarint() {
        lastNumber = ByteUtils.readUnsignedVarint(bytes);
        return lastNumber;
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        requireBytes(length);
        hasSlices = true;
        ByteBuffer slice = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return slice;
    }

    @Override
    public int readVarint() {
        return ByteUtils.readVarint(bytes);
    }

    @Override
    public long readVarlong() {
        return ByteUtils.readVarlong(bytes);
    }

    /**
     * What the generated readers compare the count of a list with, right after they read it, and
     * ask for nothing else.
     */
    @Override
    public int remaining() {
        int left = bytes.remaining();
        if (lastNumber > 0 && lastNumber <= left) {
            elements += lastNumber;
            lastNumber = 0;
        }
        if (elements > ELEMENTS_MAX) {
            throw new UnreadableRequestException(
                    "its lists hold "
                            + elements
                            + " elements so far, allowed are "
                            + ELEMENTS_MAX
                            + "; ask in several requests");
        }
        return left;
    }

    int bytesLeft() {
        return bytes.remaining();
    }

    /** Whether what was read holds buffers of the frame; everything else is copied. */
    boolean hasSlices() {
        return hasSlices;
    }

    @Override
    public Readable slice() {
        hasSlices = true;
        return new FrameCursor(bytes.slice());
    }

    @Override
    public @Nullable List<RawTaggedField> readUnknownTaggedField(
            @Nullable List<RawTaggedField> unknowns, int tag, int size) {
        if (++unknownTags > UNKNOWN_TAGS_MAX) {
            throw new UnreadableRequestException("it has too many unknown tagged fields");
        }
        requireBytes(size);
        unknownTagBytes += size;
        if (unknownTagBytes > UNKNOWN_TAG_BYTES_MAX) {
            throw new UnreadableRequestException(
                    "its unknown tagged fields have more than " + UNKNOWN_TAG_BYTES_MAX + " bytes");
        }
        bytes.position(bytes.position() + size);
        return unknowns;
    }

    private void requireBytes(int length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new InvalidRequestException(
                    length + " bytes are announced, " + bytes.remaining() + " are left");
        }
    }
}
