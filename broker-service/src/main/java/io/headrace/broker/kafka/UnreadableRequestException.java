package io.headrace.broker.kafka;

import java.io.Serial;

/** A request that cannot be answered because nobody can tell what it asks; the message is safe. */
final class UnreadableRequestException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1;

    UnreadableRequestException(String message) {
        super(message, null, false, false);
    }
}
