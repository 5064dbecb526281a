package io.headrace.broker.cluster;

import java.io.Serial;

/** Another live broker has this broker's id. */
public final class DuplicateBrokerIdException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    public DuplicateBrokerIdException(String message, Throwable cause) {
        super(message, cause);
    }
}
