package io.headrace.broker.group;

import io.headrace.model.topic.TopicId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the primitive types of Kafka's schemas. Errors: {@link java.nio.BufferUnderflowException}
 * or {@link IllegalArgumentException}.
 */
final class RecordParser {

    private final ByteBuffer in;

    RecordParser(ByteBuffer in) {
        this.in = in;
    }

    short int16() {
        return in.getShort();
    }

    int int32() {
        return in.getInt();
    }

    long int64() {
        return in.getLong();
    }

    short version(short highest) {
        short version = int16();
        if (version < 0 || version > highest) {
            throw new IllegalArgumentException("version " + version + " of a value is not known");
        }
        return version;
    }

    int unsignedVarint() {
        int value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a varint is too long");
    }

    String string() {
        return required(nullableString());
    }

    @Nullable String nullableString() {
        return text(in.getShort());
    }

    String compactString() {
        return required(compactNullableString());
    }

    @Nullable String compactNullableString() {
        return text(unsignedVarint() - 1);
    }

    private static String required(@Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("a string is missing");
        }
        return text;
    }

    private @Nullable String text(int length) {
        return length < 0 ? null : StandardCharsets.UTF_8.decode(slice(length)).toString();
    }

    /** A copy: the parsed buffer is another's. */
    ByteBuffer bytes() {
        return copy(in.getInt());
    }

    ByteBuffer compactBytes() {
        return copy(unsignedVarint() - 1);
    }

    private ByteBuffer copy(int length) {
        ByteBuffer slice = slice(length);
        return ByteBuffer.allocate(length).put(slice).flip();
    }

    private ByteBuffer slice(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a field of " + length + " bytes does not fit");
        }
        ByteBuffer slice = in.slice(in.position(), length);
        in.position(in.position() + length);
        return slice;
    }

    /** The uuid with this tag, ZERO if there is none; other tags are passed over. */
    TopicId taggedUuid(int wanted) {
        TopicId found = TopicId.ZERO;
        int count = unsignedVarint();
        for (int i = 0; i < count; i++) {
            int tag = unsignedVarint();
            ByteBuffer field = slice(unsignedVarint());
            if (tag == wanted) {
                found = new TopicId(field.getLong(), field.getLong());
            }
        }
        return found;
    }

    void skipTags() {
        var _ = taggedUuid(-1);
    }
}
