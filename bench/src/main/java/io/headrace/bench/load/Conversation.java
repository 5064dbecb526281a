package io.headrace.bench.load;

import java.nio.ByteBuffer;

/** What one connection of a load run asks, one request after the other. Owner: the load thread. */
public interface Conversation {

    /** The bytes of the next request; from position to limit, consumed by the sender. */
    ByteBuffer next();

    /** Whether {@link #check} needs the body; otherwise it is counted and dropped. */
    default boolean wantsBody() {
        return true;
    }

    /**
     * Whether the request in flight is one of those that are measured; others are made on the way
     * to them, and only an error of theirs counts.
     */
    default boolean isMeasured() {
        return true;
    }

    /**
     * Looks at an answer.
     *
     * @param body whole, from position to limit, valid during the call; empty when it was dropped
     * @param bodyBytes its length, dropped or not
     * @return records that the answer confirms or carries
     * @throws WrongAnswerException if the answer is not what was asked for
     */
    long check(int status, ByteBuffer body, long bodyBytes) throws WrongAnswerException;
}
