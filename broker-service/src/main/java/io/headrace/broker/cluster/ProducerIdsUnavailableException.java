package io.headrace.broker.cluster;

import org.jspecify.annotations.Nullable;

/** No producer id can be handed out now; asking again may help. */
public final class ProducerIdsUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ProducerIdsUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
