package io.headrace.model.record;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One header of a record: a key and bytes or null. The arrays are not copied; don't change them.
 */
public final class RecordHeader {

    private final byte[] keyUtf8;
    private final byte @Nullable [] value;

    public RecordHeader(String key, byte @Nullable [] value) {
        this(key.getBytes(StandardCharsets.UTF_8), value);
    }

    RecordHeader(byte[] keyUtf8, byte @Nullable [] value) {
        this.keyUtf8 = keyUtf8;
        this.value = value;
    }

    public String key() {
        return new String(keyUtf8, StandardCharsets.UTF_8);
    }

    public byte @Nullable [] value() {
        return value;
    }

    byte[] keyUtf8() {
        return keyUtf8;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RecordHeader that
                && Arrays.equals(keyUtf8, that.keyUtf8)
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keyUtf8) + Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return key() + "=" + (value == null ? "null" : value.length + " bytes");
    }
}
