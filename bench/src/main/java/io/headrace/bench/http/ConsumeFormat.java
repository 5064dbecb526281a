package io.headrace.bench.http;

import io.headrace.bench.load.WrongAnswerException;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.RecordBatch;
import java.nio.ByteBuffer;

/** How records are asked for, and where an answer ends. */
enum ConsumeFormat {
    JSON("application/vnd.kafka.json.v2+json"),
    NDJSON("application/x-ndjson"),
    /** Whole record batches from the broker's own endpoint. */
    RAW(BatchesHttp.MEDIA_TYPE);

    private static final Word OFFSET = new Word("\"offset\":");

    private final String mediaType;

    ConsumeFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    String head(String topic, int bytesMax) {
        String path =
                this == RAW
                        ? "/v1/topics/%s/partitions/0/batches?max_bytes=%d&max_wait_ms=100&offset="
                        : "/topics/%s/partitions/0/records?max_bytes=%d&timeout=100&offset=";
        return "GET " + path.formatted(topic, bytesMax);
    }

    String tail(String host) {
        return " HTTP/1.1\r\nHost: " + host + "\r\nAccept: " + mediaType + "\r\n\r\n";
    }

    /**
     * How many records from the offset on an answer holds. The offsets of the bench's topics have
     * no gaps, so this is also how far to move on.
     */
    long count(ByteBuffer body, long fromOffset) throws WrongAnswerException {
        return switch (this) {
            case JSON -> countObjects(body, fromOffset);
            case NDJSON -> Bytes.countByte(body, (byte) '\n');
            case RAW -> endOfBatches(body, fromOffset) - fromOffset;
        };
    }

    /** Counts what ends records, and looks that the last record has the offset that follows. */
    private static long countObjects(ByteBuffer body, long fromOffset) throws WrongAnswerException {
        int count = Bytes.countByte(body, (byte) '}');
        long last = count == 0 ? fromOffset - 1 : OFFSET.lastNumber(body);
        if (last != fromOffset + count - 1) {
            throw new WrongAnswerException(
                    count + " records from " + fromOffset + " on end with the offset " + last);
        }
        return count;
    }

    private static long endOfBatches(ByteBuffer body, long fromOffset) throws WrongAnswerException {
        long next = fromOffset;
        int at = body.position();
        while (at < body.limit()) {
            if (body.limit() - at < RecordBatch.HEADER_SIZE
                    || RecordBatch.sizeInBytes(body, at) > body.limit() - at) {
                throw new WrongAnswerException("a fetched batch is cut off");
            }
            long base = RecordBatch.baseOffset(body, at);
            if (base > next) {
                throw new WrongAnswerException("offsets " + next + " to " + base + " are missing");
            }
            next = RecordBatch.nextOffset(body, at);
            at += RecordBatch.sizeInBytes(body, at);
        }
        return next;
    }
}
