package io.headrace.gateway.json;

/** Well-formed UTF-8 only: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629). */
final class Utf8 {

    private Utf8() {}

    /** Checks the multi-byte character that begins at {@code i}; returns what follows. */
    static int skip(byte[] bytes, int i, int end) {
        int next = i + length(bytes, i, end);
        if (next == i) {
            throw new JsonException("not valid UTF-8 at byte " + i);
        }
        return next;
    }

    /** Length of the well-formed character at {@code i}, 1 to 4; 0 if there is none. */
    static int length(byte[] bytes, int i, int end) {
        int b = bytes[i] & 0xff;
        if (b < 0x80) {
            return 1;
        }
        if (b < 0xc2 || b > 0xf4) {
            return 0;
        }
        if (b < 0xe0) {
            return isTail(bytes, i + 1, end, 0x80, 0xbf) ? 2 : 0;
        }
        if (b < 0xf0) {
            boolean isWell =
                    isTail(bytes, i + 1, end, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf)
                            && isTail(bytes, i + 2, end, 0x80, 0xbf);
            return isWell ? 3 : 0;
        }
        boolean isWell =
                isTail(bytes, i + 1, end, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf)
                        && isTail(bytes, i + 2, end, 0x80, 0xbf)
                        && isTail(bytes, i + 3, end, 0x80, 0xbf);
        return isWell ? 4 : 0;
    }

    /** Whether all bytes of the range are well-formed. */
    static boolean isValid(byte[] bytes, int from, int to) {
        int i = from;
        while (i < to) {
            int length = bytes[i] >= 0 ? 1 : length(bytes, i, to);
            if (length == 0) {
                return false;
            }
            i += length;
        }
        return true;
    }

    /** Writes the character; returns what follows. */
    static int write(int codePoint, byte[] target, int at) {
        int i = at;
        if (codePoint < 0x80) {
            target[i++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            target[i++] = (byte) (0xc0 | codePoint >> 6);
            target[i++] = (byte) (0x80 | (codePoint & 0x3f));
        } else if (codePoint < 0x10000) {
            target[i++] = (byte) (0xe0 | codePoint >> 12);
            target[i++] = (byte) (0x80 | (codePoint >> 6 & 0x3f));
            target[i++] = (byte) (0x80 | (codePoint & 0x3f));
        } else {
            target[i++] = (byte) (0xf0 | codePoint >> 18);
            target[i++] = (byte) (0x80 | (codePoint >> 12 & 0x3f));
            target[i++] = (byte) (0x80 | (codePoint >> 6 & 0x3f));
            target[i++] = (byte) (0x80 | (codePoint & 0x3f));
        }
        return i;
    }

    private static boolean isTail(byte[] bytes, int i, int end, int min, int max) {
        return i < end && (bytes[i] & 0xff) >= min && (bytes[i] & 0xff) <= max;
    }
}
