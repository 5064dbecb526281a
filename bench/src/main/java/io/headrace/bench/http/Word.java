package io.headrace.bench.http;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A word to count in answers. Looks at one byte in so many as the word is long (Horspool's search):
 * the client must not be what limits a consumer.
 */
final class Word {

    private final byte[] bytes;
    private final byte[] skips = new byte[256];

    /**
     * @param ascii shorter than 128 letters
     */
    Word(String ascii) {
        bytes = Bytes.ascii(ascii);
        Arrays.fill(skips, (byte) bytes.length);
        for (int i = 0; i < bytes.length - 1; i++) {
            skips[bytes[i]] = (byte) (bytes.length - 1 - i);
        }
    }

    /**
     * How often the word occurs and a digit follows it; {@code "offset":7} counts, {@code
     * "offset":null} does not.
     */
    int countNumbers(ByteBuffer body) {
        int count = 0;
        int length = bytes.length;
        byte last = bytes[length - 1];
        int end = body.limit() - 1;
        int at = body.position() + length - 1;
        while (at < end) {
            byte here = body.get(at);
            if (here == last && matches(body, at - length + 1)) {
                byte next = body.get(at + 1);
                count += next >= '0' && next <= '9' ? 1 : 0;
                at += length;
            } else {
                at += skips[here & 0xff];
            }
        }
        return count;
    }

    /** The number that follows the last occurrence; -1 if there is none. */
    long lastNumber(ByteBuffer body) {
        int at = body.limit() - bytes.length;
        while (at >= body.position()
                && (body.get(at + bytes.length - 1) != bytes[bytes.length - 1]
                        || !matches(body, at))) {
            at--;
        }
        if (at < body.position()) {
            return -1;
        }
        long number = -1;
        for (int i = at + bytes.length; i < body.limit(); i++) {
            int digit = body.get(i) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = 10 * Math.max(0, number) + digit;
        }
        return number;
    }

    private boolean matches(ByteBuffer body, int at) {
        for (int i = 0; i < bytes.length - 1; i++) {
            if (body.get(at + i) != bytes[i]) {
                return false;
            }
        }
        return true;
    }
}
