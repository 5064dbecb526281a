package io.headrace.gateway.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON where it lies in a byte array: checks it strictly and gives slices, never objects.
 *
 * <p>Why not Jackson: a record's value must be stored as it was sent (numbers beyond 2^53, key
 * order, escapes), so it has to be checked and cut out, not parsed and written again.
 *
 * <p>A slice is given by {@link #sliceStart} and {@link #sliceLength} and lies in the same array:
 * whitespace outside strings is squeezed out, escapes are resolved and base64 is decoded in place
 * (each only makes bytes fewer). The array therefore belongs to the scanner while it runs.
 *
 * <p>Bounds: nesting {@link #DEPTH_MAX}, numbers {@link #NUMBER_LENGTH_MAX} characters. Strings
 * must be valid UTF-8 without unpaired surrogates. Errors: {@link JsonException}; the array is then
 * unusable. Source: RFC 8259.
 */
public final class JsonScanner {

    public static final int DEPTH_MAX = 64;
    public static final int NUMBER_LENGTH_MAX = 100;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private byte[] bytes;
    private int end;
    private int at;
    private boolean sawSpace;
    private boolean sawEscape;
    private int sliceStart;
    private int sliceLength;

    /** Reads {@code bytes[from..to)}. */
    public JsonScanner(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    /** Starts again on another array. */
    public void reset(byte[] other, int from, int to) {
        this.bytes = other;
        reset(from, to);
    }

    /** Starts again on another part of the same array. */
    public void reset(int from, int to) {
        this.at = from;
        this.end = to;
    }

    /**
     * Reads everything up to the end as one value, with whitespace around it allowed; the slice is
     * its text without whitespace outside strings.
     *
     * @return false if that is not what is there; the bytes are then as they were
     */
    public boolean wholeValue() {
        try {
            peek();
            int start = at;
            sawSpace = false;
            skipValue(0);
            int stop = at;
            if (peek() != -1) {
                return false;
            }
            sliceStart = start;
            sliceLength = (sawSpace ? squeeze(start, stop) : stop) - start;
            return true;
        } catch (JsonException e) {
            return false;
        }
    }

    public int sliceStart() {
        return sliceStart;
    }

    public int sliceLength() {
        return sliceLength;
    }

    /** The slice as text. */
    public String sliceText() {
        return new String(bytes, sliceStart, sliceLength, StandardCharsets.UTF_8);
    }

    /** Index of the next byte to read. */
    public int position() {
        return at;
    }

    /** The next byte that is not whitespace, unread; -1 at the end. */
    public int peek() {
        while (at < end) {
            byte b = bytes[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xff;
            }
            at++;
        }
        return -1;
    }

    /** Reads one structural character. */
    public void expect(char wanted) {
        int next = peek();
        if (next != wanted) {
            throw unexpected(next, "'" + wanted + "'");
        }
        at++;
    }

    /** Reads the character if it is the next one. */
    public boolean accept(char wanted) {
        if (peek() == wanted) {
            at++;
            return true;
        }
        return false;
    }

    /** Reads {@code null} if it is next. */
    public boolean acceptNull() {
        if (peek() != 'n') {
            return false;
        }
        literal("null");
        return true;
    }

    /** Fails unless only whitespace is left. */
    public void expectEnd() {
        int next = peek();
        if (next != -1) {
            throw unexpected(next, "the end");
        }
    }

    /** Reads any value; the slice is its text without whitespace outside strings. */
    public void value() {
        peek();
        int start = at;
        sawSpace = false;
        skipValue(0);
        sliceStart = start;
        sliceLength = (sawSpace ? squeeze(start, at) : at) - start;
    }

    /** Reads a string; the slice is its characters in UTF-8, escapes resolved. */
    public void string() {
        int next = peek();
        if (next != '"') {
            throw unexpected(next, "a string");
        }
        int start = at + 1;
        sawEscape = false;
        skipString();
        sliceStart = start;
        sliceLength = (sawEscape ? JsonEscapes.resolve(bytes, start, at - 1) : at - 1) - start;
    }

    /** Reads a string of base64; the slice is what it decodes to. */
    public void base64() {
        int next = peek();
        if (next != '"') {
            throw unexpected(next, "a string of base64");
        }
        string();
        int length = Base64Bytes.decode(bytes, sliceStart, sliceLength, bytes, sliceStart);
        if (length < 0) {
            throw new JsonException(
                    "not base64 (standard alphabet, with or without padding) in the string that ends at byte "
                            + at);
        }
        sliceLength = length;
    }

    /** Reads an integer that fits a long. */
    public long integer() {
        int next = peek();
        int start = at;
        if (next != '-' && !isDigit(next)) {
            throw unexpected(next, "an integer");
        }
        number();
        try {
            return Long.parseLong(new String(bytes, start, at - start, StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new JsonException("the number at byte " + start + " is not a 64-bit integer");
        }
    }

    private void skipValue(int depth) {
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
        if (depth > DEPTH_MAX) {
            throw new JsonException("nested deeper than " + DEPTH_MAX + " levels");
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

    private void literal(String word) {
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

    private void number() {
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
        if (at - start > NUMBER_LENGTH_MAX) {
            throw new JsonException(
                    "the number at byte "
                            + start
                            + " is longer than "
                            + NUMBER_LENGTH_MAX
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

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    /** Moves from the opening quote to behind the closing one. */
    private void skipString() {
        byte[] array = bytes;
        int i = at + 1;
        while (true) {
            while (i + 8 <= end) {
                long stops = stops((long) LONG.get(array, i));
                if (stops != 0) {
                    i += Long.numberOfTrailingZeros(stops) >>> 3;
                    break;
                }
                i += 8;
            }
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
            } else if (b >= 0x80) {
                i = Utf8.skip(array, i, end);
            } else {
                i++;
            }
        }
    }

    /** Marks the bytes that are a quote, a backslash, a control character or not ASCII. */
    private static long stops(long word) {
        long quote = word ^ QUOTES;
        long backslash = word ^ BACKSLASHES;
        return (word
                        | ((quote - ONES) & ~quote)
                        | ((backslash - ONES) & ~backslash)
                        | ((word - SPACES) & ~word))
                & HIGHS;
    }

    /** Moves the value's bytes together; returns the new end. */
    private int squeeze(int from, int to) {
        int target = from;
        boolean inString = false;
        for (int i = from; i < to; i++) {
            byte b = bytes[i];
            if (inString) {
                if (b == '\\') {
                    bytes[target++] = b;
                    b = bytes[++i];
                } else if (b == '"') {
                    inString = false;
                }
            } else if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
                continue;
            } else if (b == '"') {
                inString = true;
            }
            bytes[target++] = b;
        }
        return target;
    }

    private JsonException unexpected(int found, String wanted) {
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
