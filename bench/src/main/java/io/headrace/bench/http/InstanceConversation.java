package io.headrace.bench.http;

import io.headrace.bench.load.Conversation;
import io.headrace.bench.load.WrongAnswerException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads a topic of one partition through a consumer instance, from its start to its end, then seeks
 * to the start and reads again; reads are measured. Records must come without a gap.
 */
final class InstanceConversation implements Conversation {

    private final String read;
    private final String rewind;
    private final long endOffset;
    private long offset;
    private boolean isRewinding = true;

    /**
     * @param path of the instance
     * @param endOffset exclusive
     */
    InstanceConversation(String host, String path, String topic, int bytesMax, long endOffset) {
        String seek = "{\"partitions\":[{\"topic\":\"%s\",\"partition\":0}]}".formatted(topic);
        this.read =
                "GET %s/records?max_bytes=%d HTTP/1.1\r\nHost: %s\r\nAccept: %s\r\n\r\n"
                        .formatted(path, bytesMax, host, GroupConsumeCell.JSON);
        this.rewind =
                "POST %s/positions/beginning HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(path, host, GroupConsumeCell.CONTROL, seek.length(), seek);
        this.endOffset = endOffset;
    }

    @Override
    public ByteBuffer next() {
        return ByteBuffer.wrap((isRewinding ? rewind : read).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public boolean isMeasured() {
        return !isRewinding;
    }

    @Override
    public long check(int status, ByteBuffer body, long bodyBytes) throws WrongAnswerException {
        if (isRewinding) {
            if (status != 204) {
                throw new WrongAnswerException(
                        "seek answered " + status + ": " + Bytes.start(body));
            }
            isRewinding = false;
            offset = 0;
            return 0;
        }
        if (status != 200) {
            isRewinding = true;
            throw new WrongAnswerException("read answered " + status + ": " + Bytes.start(body));
        }
        long records = ConsumeFormat.JSON.count(body, offset);
        offset += records;
        isRewinding = offset == endOffset;
        return records;
    }
}
