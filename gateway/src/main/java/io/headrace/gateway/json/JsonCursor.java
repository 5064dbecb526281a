package io.headrace.gateway.json;

/**
 * Moves over JSON in a byte array and checks it strictly: the grammar of RFC 8259 and nothing else.
 * What is made of it is the scanner's.
 *
 * <p>Bounds: nesting {@link JsonScanner#DEPTH_MAX}, numbers {@link JsonScanner#NUMBER_LENGTH_MAX}
 * characters. Errors: {@link JsonException}.
 */
abstract sealed class JsonCursor permits JsonScanner {

    byte[] bytes;
    int end;

    /** Index of the next byte to read. */
    int at;

    /** Set by whitespace inside a value; cleared by whoever asks. */
    boolean sawSpace;

    /** Set by an escape in a string; cleared by whoever asks. */
    boolean sawEscape;

    JsonCursor(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    /** The next byte that is not whitespace, unread; -1 at the end. */
    public final int peek() {
        while (at < end) {
            byte b = bytes[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xff;
            }
            at++;
        }
        return -1;
    }

    /** Moves behind the value that begins here. */
    final void skipValue(int depth) {
        if (at >= end) {
            throw unexpected(-1, "a value");
        }
        byte b = bytes[at];
        switch (b) {
            case '"' -> skipString();
            case '{' -> object(depth + 1);
            case '[' -> array(depth + 1);
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> {
                if (b != '-' && !isDigit(b)) {
                    throw unexpected(b & 0xff, "a value");
                }
                number();
            }
        }
    }

    private void object(int depth) {
        checkDepth(depth);
        at++;
        space();
        if (at < end && bytes[at] == '}') {
            at++;
            return;
        }
        while (true) {
            if (at >= end || bytes[at] != '"') {
                throw unexpected(peek(), "a field name");
            }
            skipString();
            space();
            require(':');
            space();
            skipValue(depth);
            space();
            if (at < end && bytes[at] == ',') {
                at++;
                space();
                continue;
            }
            require('}');
            return;
        }
    }

    private void array(int depth) {
        checkDepth(depth);
        at++;
        space();
        if (at < end && bytes[at] == ']') {
            at++;
            return;
        }
        while (true) {
            skipValue(depth);
            space();
            if (at < end && bytes[at] == ',') {
                at++;
                space();
                continue;
            }
            require(']');
            return;
        }
    }

    private static void checkDepth(int depth) {
        if (depth > JsonScanner.DEPTH_MAX) {
            throw new JsonException("nested deeper than " + JsonScanner.DEPTH_MAX + " levels");
        }
    }

    private void require(char wanted) {
        if (at >= end || bytes[at] != wanted) {
            throw unexpected(peek(), "'" + wanted + "'");
        }
        at++;
    }

    private void space() {
        int before = at;
        peek();
        sawSpace |= at != before;
    }

    final void literal(String word) {
        int length = word.length();
        if (end - at < length) {
            throw unexpected(bytes[at] & 0xff, word);
        }
        for (int i = 0; i < length; i++) {
            if (bytes[at + i] != word.charAt(i)) {
                throw unexpected(bytes[at] & 0xff, word);
            }
        }
        at += length;
    }

    final void number() {
        int start = at;
        if (bytes[at] == '-') {
            at++;
        }
        if (at < end && bytes[at] == '0') {
            at++;
        } else {
            digits();
        }
        if (at < end && bytes[at] == '.') {
            at++;
            digits();
        }
        if (at < end && (bytes[at] | 0x20) == 'e') {
            at++;
            if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            digits();
        }
        if (at - start > JsonScanner.NUMBER_LENGTH_MAX) {
            throw new JsonException(
                    "the number at byte "
                            + start
                            + " is longer than "
                            + JsonScanner.NUMBER_LENGTH_MAX
                            + " characters");
        }
    }

    private void digits() {
        int start = at;
        while (at < end && isDigit(bytes[at])) {
            at++;
        }
        if (at == start) {
            throw unexpected(at < end ? bytes[at] & 0xff : -1, "a digit");
        }
    }

    static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** Moves from the opening quote to behind the closing one. */
    final void skipString() {
        byte[] array = bytes;
        int i = at + 1;
        while (true) {
            i = PlainText.end(array, i, end);
            if (i >= end) {
                throw new JsonException("the string that begins at byte " + at + " does not end");
            }
            int b = array[i] & 0xff;
            if (b == '"') {
                at = i + 1;
                return;
            }
            if (b == '\\') {
                sawEscape = true;
                i = JsonEscapes.skip(array, i, end);
            } else if (b < 0x20) {
                throw new JsonException("control character in a string at byte " + i);
            } else {
                i = Utf8.skip(array, i, end);
            }
        }
    }

    final JsonException unexpected(int found, String wanted) {
        String what;
        if (found < 0) {
            what = "the end of the body";
        } else if (found >= 0x21 && found <= 0x7e) {
            what = "'" + (char) found + "'";
        } else {
            what = "byte 0x" + Integer.toHexString(found);
        }
        return new JsonException("expected " + wanted + " but found " + what + " at byte " + at);
    }
}
