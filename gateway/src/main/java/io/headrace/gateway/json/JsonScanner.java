package io.headrace.gateway.json;

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
public final class JsonScanner extends JsonCursor {

    public static final int DEPTH_MAX = 64;
    public static final int NUMBER_LENGTH_MAX = 100;

    private int sliceStart;
    private int sliceLength;

    /** Reads {@code bytes[from..to)}. */
    public JsonScanner(byte[] bytes, int from, int to) {
        super(bytes, from, to);
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
}
