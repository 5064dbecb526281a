package io.headrace.bench.http;

import io.headrace.bench.load.Conversation;
import io.headrace.bench.load.WrongAnswerException;
import java.nio.ByteBuffer;
import java.util.List;

/** Sends prepared produce requests in turn; each record must come back with an offset. */
final class ProduceConversation implements Conversation {

    private static final Word OFFSET = new Word("\"offset\":");

    private final List<ByteBuffer> requests;
    private final int recordsPerRequest;
    private int turn;

    /**
     * @param requests shared between connections; each sends views of its own
     * @param turn with which request to begin
     */
    ProduceConversation(List<ByteBuffer> requests, int recordsPerRequest, int turn) {
        this.requests = requests;
        this.recordsPerRequest = recordsPerRequest;
        this.turn = turn;
    }

    @Override
    public ByteBuffer next() {
        turn = (turn + 1) % requests.size();
        return requests.get(turn).duplicate();
    }

    @Override
    public long check(int status, ByteBuffer body, long bodyBytes) throws WrongAnswerException {
        int offsets = status == 200 ? OFFSET.countNumbers(body) : 0;
        if (offsets != recordsPerRequest) {
            throw new WrongAnswerException(
                    "status %d with %d offsets for %d records: %s"
                            .formatted(status, offsets, recordsPerRequest, Bytes.start(body)));
        }
        return offsets;
    }
}
