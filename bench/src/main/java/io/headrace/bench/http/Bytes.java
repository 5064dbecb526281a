package io.headrace.bench.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Searches in answers, without decoding them. */
final class Bytes {

    private Bytes() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * How often the word occurs and a digit follows it; {@code "offset":7} counts, {@code
     * "offset":null} does not.
     */
    static int countNumbers(ByteBuffer body, byte[] word) {
        int count = 0;
        int last = body.limit() - word.length - 1;
        int at = body.position();
        while (at <= last) {
            if (body.get(at) == word[0] && matches(body, at, word)) {
                byte next = body.get(at + word.length);
                count += next >= '0' && next <= '9' ? 1 : 0;
                at += word.length;
            } else {
                at++;
            }
        }
        return count;
    }

    static int countByte(ByteBuffer body, byte wanted) {
        int count = 0;
        for (int at = body.position(); at < body.limit(); at++) {
            count += body.get(at) == wanted ? 1 : 0;
        }
        return count;
    }

    /** The start of a body, for error texts. */
    static String start(ByteBuffer body) {
        int length = Math.min(body.remaining(), 200);
        return StandardCharsets.UTF_8.decode(body.slice(body.position(), length)).toString();
    }

    private static boolean matches(ByteBuffer body, int at, byte[] word) {
        for (int i = 1; i < word.length; i++) {
            if (body.get(at + i) != word[i]) {
                return false;
            }
        }
        return true;
    }
}
