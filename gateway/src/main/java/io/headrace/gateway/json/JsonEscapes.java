package io.headrace.gateway.json;

/**
 * The escapes inside JSON strings: checked by {@link #skip}, resolved in place by {@link #resolve}.
 */
final class JsonEscapes {

    private JsonEscapes() {}

    /**
     * Checks the escape that begins at {@code i} (a surrogate pair is one); returns what follows.
     */
    static int skip(byte[] bytes, int i, int end) {
        if (i + 1 >= end) {
            throw new JsonException("the string does not end");
        }
        return switch (bytes[i + 1]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> i + 2;
            case 'u' -> skipUnicode(bytes, i, end);
            default -> throw new JsonException("unknown escape in a string at byte " + i);
        };
    }

    private static int skipUnicode(byte[] bytes, int i, int end) {
        int first = hex4(bytes, i + 2, end);
        if (Character.isLowSurrogate((char) first)) {
            throw new JsonException("unpaired surrogate in a string at byte " + i);
        }
        if (!Character.isHighSurrogate((char) first)) {
            return i + 6;
        }
        boolean isPair =
                i + 12 <= end
                        && bytes[i + 6] == '\\'
                        && bytes[i + 7] == 'u'
                        && Character.isLowSurrogate((char) hex4(bytes, i + 8, end));
        if (!isPair) {
            throw new JsonException("unpaired surrogate in a string at byte " + i);
        }
        return i + 12;
    }

    /** Resolves the escapes of a checked string; returns the new end. */
    static int resolve(byte[] bytes, int from, int to) {
        int target = from;
        int i = from;
        while (i < to) {
            byte b = bytes[i];
            if (b != '\\') {
                bytes[target++] = b;
                i++;
            } else if (bytes[i + 1] == 'u') {
                int codePoint = hex4(bytes, i + 2, to);
                i += 6;
                if (Character.isHighSurrogate((char) codePoint)) {
                    codePoint =
                            Character.toCodePoint((char) codePoint, (char) hex4(bytes, i + 2, to));
                    i += 6;
                }
                target = Utf8.write(codePoint, bytes, target);
            } else {
                bytes[target++] = simple(bytes[i + 1]);
                i += 2;
            }
        }
        return target;
    }

    private static byte simple(byte escaped) {
        return switch (escaped) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> escaped;
        };
    }

    private static int hex4(byte[] bytes, int from, int end) {
        if (from + 4 > end) {
            throw new JsonException("the string does not end");
        }
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
            if (digit < 0) {
                throw new JsonException("a \\u escape needs four hex digits, at byte " + i);
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
