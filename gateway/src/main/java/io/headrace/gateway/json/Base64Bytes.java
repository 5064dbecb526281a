package io.headrace.gateway.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Standard base64 between byte arrays, without strings (RFC 4648, section 4). */
public final class Base64Bytes {

    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUES = new byte[256];

    static {
        Arrays.fill(VALUES, (byte) -1);
        for (int i = 0; i < ALPHABET.length; i++) {
            VALUES[ALPHABET[i]] = (byte) i;
        }
    }

    private Base64Bytes() {}

    /** Length of the padded text of so many bytes. */
    public static int encodedLength(int length) {
        return Math.multiplyExact((length + 2) / 3, 4);
    }

    /** Writes padded base64; returns the position behind it. */
    public static int encode(byte[] source, int from, int length, byte[] target, int at) {
        int out = at;
        int i = from;
        int end = from + length;
        for (; i + 3 <= end; i += 3) {
            int bits =
                    (source[i] & 0xff) << 16 | (source[i + 1] & 0xff) << 8 | (source[i + 2] & 0xff);
            target[out] = ALPHABET[bits >>> 18];
            target[out + 1] = ALPHABET[bits >>> 12 & 63];
            target[out + 2] = ALPHABET[bits >>> 6 & 63];
            target[out + 3] = ALPHABET[bits & 63];
            out += 4;
        }
        if (i < end) {
            boolean isTwo = end - i == 2;
            int bits = (source[i] & 0xff) << 16 | (isTwo ? (source[i + 1] & 0xff) << 8 : 0);
            target[out] = ALPHABET[bits >>> 18];
            target[out + 1] = ALPHABET[bits >>> 12 & 63];
            target[out + 2] = isTwo ? ALPHABET[bits >>> 6 & 63] : (byte) '=';
            target[out + 3] = '=';
            out += 4;
        }
        return out;
    }

    /**
     * Decodes text with or without padding; source and target may be the same array at the same
     * position.
     *
     * @return length of what was decoded; -1 if the text is not base64
     */
    public static int decode(byte[] source, int from, int length, byte[] target, int at) {
        int end = from + length;
        if (length % 4 == 0 && length > 0 && source[end - 1] == '=') {
            end -= source[end - 2] == '=' ? 2 : 1;
        }
        int out = at;
        int i = from;
        for (; i + 4 <= end; i += 4) {
            int bits =
                    VALUES[source[i] & 0xff] << 18
                            | VALUES[source[i + 1] & 0xff] << 12
                            | VALUES[source[i + 2] & 0xff] << 6
                            | VALUES[source[i + 3] & 0xff];
            if (bits < 0) {
                return -1;
            }
            target[out] = (byte) (bits >> 16);
            target[out + 1] = (byte) (bits >> 8);
            target[out + 2] = (byte) bits;
            out += 3;
        }
        return switch (end - i) {
            case 0 -> out - at;
            case 2, 3 -> decodeTail(source, i, end, target, out, at);
            default -> -1;
        };
    }

    private static int decodeTail(
            byte[] source, int i, int end, byte[] target, int out, int start) {
        boolean isThree = end - i == 3;
        int bits =
                VALUES[source[i] & 0xff] << 18
                        | VALUES[source[i + 1] & 0xff] << 12
                        | (isThree ? VALUES[source[i + 2] & 0xff] << 6 : 0);
        if (bits < 0) {
            return -1;
        }
        target[out] = (byte) (bits >> 16);
        if (!isThree) {
            return out + 1 - start;
        }
        target[out + 1] = (byte) (bits >> 8);
        return out + 2 - start;
    }
}
