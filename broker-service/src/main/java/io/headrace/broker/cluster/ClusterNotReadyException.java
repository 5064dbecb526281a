package io.headrace.broker.cluster;

import java.io.Serial;

/** ZooKeeper answers, but no admin-service has created a cluster in it. */
public final class ClusterNotReadyException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    public ClusterNotReadyException(String message, Throwable cause) {
        super(message, cause);
    }
}
