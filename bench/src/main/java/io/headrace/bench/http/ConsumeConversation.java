package io.headrace.bench.http;

import io.headrace.bench.load.Conversation;
import io.headrace.bench.load.WrongAnswerException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads a topic from its start to its end, then again from the start. Every answer before the end
 * must hold records.
 */
final class ConsumeConversation implements Conversation {

    private final ConsumeFormat format;
    private final String head;
    private final String tail;
    private final long endOffset;
    private long offset;

    /**
     * @param startOffset where this reader begins its first pass
     * @param endOffset exclusive
     */
    ConsumeConversation(
            ConsumeFormat format, String head, String tail, long startOffset, long endOffset) {
        this.format = format;
        this.head = head;
        this.tail = tail;
        this.offset = startOffset;
        this.endOffset = endOffset;
    }

    @Override
    public ByteBuffer next() {
        return ByteBuffer.wrap((head + offset + tail).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public long check(int status, ByteBuffer body, long bodyBytes) throws WrongAnswerException {
        long asked = offset;
        long records = status == 200 ? format.count(body, asked) : 0;
        if (records <= 0 || asked + records > endOffset) {
            offset = 0;
            throw new WrongAnswerException(
                    "status %d with %d records at offset %d of %d: %s"
                            .formatted(status, records, asked, endOffset, Bytes.start(body)));
        }
        offset = asked + records == endOffset ? 0 : asked + records;
        return records;
    }
}
