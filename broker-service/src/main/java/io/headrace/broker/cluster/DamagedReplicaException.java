package io.headrace.broker.cluster;

import java.io.IOException;

/** The files of a replica are damaged so that it cannot be opened. */
public final class DamagedReplicaException extends IOException {

    private static final long serialVersionUID = 1L;

    public DamagedReplicaException(String message) {
        super(message);
    }
}
