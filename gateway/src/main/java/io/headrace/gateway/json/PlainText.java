package io.headrace.gateway.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The characters that mean only themselves in a JSON string: ASCII but control characters, quote
 * and backslash. Looks at eight bytes at a time.
 */
final class PlainText {

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';
    private static final long SPACES = ONES * ' ';

    private PlainText() {}

    /** Where the run of such characters that begins at {@code from} ends; {@code to} at most. */
    static int end(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - 8; i += 8) {
            long stops = stops((long) LONG.get(bytes, i));
            if (stops != 0) {
                return i + (Long.numberOfTrailingZeros(stops) >>> 3);
            }
        }
        while (i < to && isPlain(bytes[i])) {
            i++;
        }
        return i;
    }

    private static boolean isPlain(byte b) {
        return b >= ' ' && b != '"' && b != '\\';
    }

    /**
     * The lowest high bit marks the first byte that is not plain. Bits above it may be set by the
     * borrows of the subtractions and mean nothing.
     */
    private static long stops(long word) {
        return (word | ((word ^ QUOTES) - ONES) | ((word ^ BACKSLASHES) - ONES) | (word - SPACES))
                & HIGHS;
    }
}
