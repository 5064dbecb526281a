package io.headrace.bench.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Searches in answers, without decoding them. */
final class Bytes {

    private static final long LOWS = 0x7f7f7f7f7f7f7f7fL;

    private Bytes() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Eight bytes at a time: the client must not be what limits a consumer. */
    static int countByte(ByteBuffer body, byte wanted) {
        long pattern = (wanted & 0xffL) * 0x0101010101010101L;
        int count = 0;
        int at = body.position();
        for (; at <= body.limit() - 8; at += 8) {
            long others = body.getLong(at) ^ pattern;
            long marks = ((others & LOWS) + LOWS) | others;
            count += 8 - Long.bitCount(marks & ~LOWS);
        }
        for (; at < body.limit(); at++) {
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
