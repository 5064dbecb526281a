package io.headrace.broker.log.producer;

import java.io.IOException;

/** A snapshot holds what it cannot hold; it is deleted, and an older one serves. */
final class DamagedSnapshotException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedSnapshotException(String message) {
        super(message);
    }
}
