package io.headrace.gateway.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes JSON as UTF-8 bytes into an array that grows.
 *
 * <p>Owner: one thread at a time. Bounds: grows by doubling up to 2 GiB; callers watch {@link
 * #size}.
 */
public final class JsonWriter {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** What follows the backslash, for bytes that need one; 'u' for the long form; 0 for none. */
    private static final byte[] ESCAPES = new byte[128];

    static {
        Arrays.fill(ESCAPES, 0, 0x20, (byte) 'u');
        ESCAPES['"'] = '"';
        ESCAPES['\\'] = '\\';
        ESCAPES['\b'] = 'b';
        ESCAPES['\f'] = 'f';
        ESCAPES['\n'] = 'n';
        ESCAPES['\r'] = 'r';
        ESCAPES['\t'] = 't';
        ESCAPES[0x7f] = 'u';
    }

    private byte[] bytes;
    private int size;

    public JsonWriter(int capacity) {
        this.bytes = new byte[capacity];
    }

    /** Text that is written often, as bytes. */
    public static byte[] constant(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public byte[] array() {
        return bytes;
    }

    public int size() {
        return size;
    }

    /** Forgets what was written after the first so many bytes. */
    public void truncate(int newSize) {
        size = newSize;
    }

    /** Forgets the first so many bytes; what follows them moves to the front. */
    public void dropFirst(int length) {
        System.arraycopy(bytes, length, bytes, 0, size - length);
        size -= length;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    public JsonWriter raw(byte[] text) {
        return raw(text, 0, text.length);
    }

    public JsonWriter raw(byte[] text, int from, int length) {
        ensure(length);
        System.arraycopy(text, from, bytes, size, length);
        size += length;
        return this;
    }

    /** ASCII, not escaped. */
    public JsonWriter raw(String ascii) {
        return raw(ascii.getBytes(StandardCharsets.UTF_8));
    }

    public JsonWriter raw(char ascii) {
        ensure(1);
        bytes[size++] = (byte) ascii;
        return this;
    }

    public JsonWriter number(long value) {
        ensure(20);
        if (value < 0) {
            if (value == Long.MIN_VALUE) {
                return raw("-9223372036854775808");
            }
            bytes[size++] = '-';
            value = -value;
        }
        int digits = digits(value);
        long rest = value;
        for (int i = size + digits - 1; i >= size; i--) {
            long tenth = rest / 10;
            bytes[i] = (byte) ('0' + (rest - tenth * 10));
            rest = tenth;
        }
        size += digits;
        return this;
    }

    private static int digits(long value) {
        int digits = 1;
        long limit = 10;
        while (digits < 19 && value >= limit) {
            digits++;
            limit *= 10;
        }
        return digits;
    }

    /** A quoted, escaped string; unpaired surrogates become question marks. */
    public JsonWriter string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return string(utf8, 0, utf8.length);
    }

    /** A quoted, escaped string of bytes that are valid UTF-8. */
    public JsonWriter string(byte[] utf8, int from, int length) {
        ensure(Math.addExact(Math.multiplyExact(length, 6), 2));
        byte[] target = bytes;
        int out = size;
        target[out++] = '"';
        for (int i = from; i < from + length; i++) {
            byte b = utf8[i];
            byte escape = b < 0 ? 0 : ESCAPES[b];
            if (escape == 0) {
                target[out++] = b;
            } else {
                target[out++] = '\\';
                target[out++] = escape;
                if (escape == 'u') {
                    target[out++] = '0';
                    target[out++] = '0';
                    target[out++] = HEX[b >> 4 & 15];
                    target[out++] = HEX[b & 15];
                }
            }
        }
        target[out++] = '"';
        size = out;
        return this;
    }

    /** Whether the bytes can be written by {@link #string(byte[], int, int)}. */
    public static boolean isUtf8(byte[] text, int from, int length) {
        return Utf8.isValid(text, from, from + length);
    }

    /** A quoted string of padded base64. */
    public JsonWriter base64(byte[] source, int from, int length) {
        ensure(Base64Bytes.encodedLength(length) + 2);
        bytes[size++] = '"';
        size = Base64Bytes.encode(source, from, length, bytes, size);
        bytes[size++] = '"';
        return this;
    }

    private void ensure(int room) {
        if (room > bytes.length - size) {
            long needed = (long) size + room;
            if (needed > Integer.MAX_VALUE - 16) {
                throw new IllegalStateException("more than 2 GiB of JSON");
            }
            int capacity =
                    (int) Math.min(Integer.MAX_VALUE - 16, Math.max(needed, 2L * bytes.length));
            bytes = Arrays.copyOf(bytes, capacity);
        }
    }
}
