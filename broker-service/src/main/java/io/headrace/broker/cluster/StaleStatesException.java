package io.headrace.broker.cluster;

import java.io.Serial;

/** ZooKeeper showed states that are older than what a leader has seen; look again. */
final class StaleStatesException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    StaleStatesException(String partition) {
        super("the state of " + partition + " is older than what was seen before");
    }
}
