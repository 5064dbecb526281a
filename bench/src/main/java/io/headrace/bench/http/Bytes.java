package io.headrace.bench.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Searches in answers, without decoding them. */
final class Bytes {

    private Bytes() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
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
}
