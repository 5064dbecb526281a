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
 * follow, and keep unknown tagged fields. Here no list is made for more than {@value #COUNT_MAX}
 * elements, a list's capacity never exceeds the bytes that are left, and unknown tagged fields are
 * skipped and counted.
 *
 * <p>Errors: {@link InvalidRequestException}, {@link java.nio.BufferUnderflowException} or another
 * {@link RuntimeException} of the generated readers; the connection closes on any of them.
 */
final class FrameCursor implements Readable {

    static final int COUNT_MAX = 1_000_000;
    static final int UNKNOWN_TAGS_MAX = 1_000;

    private final ByteBuffer bytes;
    private int unknownTags;

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
        return bytes.getInt();
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
        return ByteUtils.readUnsignedVarint(bytes);
    }

    @Override
    public ByteBuffer readByteBuffer(int length) {
        requireBytes(length);
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

    /** What the generated readers compare counts with: bytes left, capped. */
    @Override
    public int remaining() {
        return Math.min(bytes.remaining(), COUNT_MAX);
    }

    int bytesLeft() {
        return bytes.remaining();
    }

    @Override
    public Readable slice() {
        return new FrameCursor(bytes.slice());
    }

    @Override
    public @Nullable List<RawTaggedField> readUnknownTaggedField(
            @Nullable List<RawTaggedField> unknowns, int tag, int size) {
        if (++unknownTags > UNKNOWN_TAGS_MAX) {
            throw new InvalidRequestException("too many unknown tagged fields");
        }
        requireBytes(size);
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
