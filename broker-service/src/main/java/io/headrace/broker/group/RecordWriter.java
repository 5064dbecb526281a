package io.headrace.broker.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the primitive types of Kafka's schemas into a buffer that grows. */
final class RecordWriter {

    private static final int STRING_LENGTH_MAX = Short.MAX_VALUE;

    private ByteBuffer out = ByteBuffer.allocate(128);

    private ByteBuffer room(int count) {
        if (out.remaining() < count) {
            ByteBuffer larger =
                    ByteBuffer.allocate(Math.max(2 * out.capacity(), out.position() + count));
            larger.put(out.flip());
            out = larger;
        }
        return out;
    }

    RecordWriter int16(short value) {
        room(Short.BYTES).putShort(value);
        return this;
    }

    RecordWriter int32(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    RecordWriter int64(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    RecordWriter unsignedVarint(int value) {
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            room(1).put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        room(1).put((byte) rest);
        return this;
    }

    RecordWriter string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > STRING_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "a string of " + utf8.length + " bytes is too long for a record");
        }
        room(Short.BYTES + utf8.length).putShort((short) utf8.length).put(utf8);
        return this;
    }

    RecordWriter nullableString(@Nullable String text) {
        return text == null ? int16((short) -1) : string(text);
    }

    RecordWriter compactString(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        unsignedVarint(utf8.length + 1);
        room(utf8.length).put(utf8);
        return this;
    }

    /** With an int32 length. */
    RecordWriter sized(ByteBuffer bytes) {
        room(Integer.BYTES + bytes.remaining()).putInt(bytes.remaining()).put(bytes.duplicate());
        return this;
    }

    ByteBuffer bytes() {
        return out.flip();
    }
}
