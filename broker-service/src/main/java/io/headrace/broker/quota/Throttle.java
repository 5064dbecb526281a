package io.headrace.broker.quota;

/**
 * Counts what a client uses and says how long it has to pause. Asked on event loops: never blocks.
 *
 * <p>Source: KIP-219, the answer goes out at once and carries the pause.
 */
public interface Throttle {

    /** No quotas are set up. */
    Throttle NONE = (principal, clientId, kind, amount) -> 0;

    enum Kind {
        PRODUCE_BYTES,
        FETCH_BYTES,
        CONTROLLER_MUTATIONS,
        REQUESTS
    }

    /**
     * @param clientId empty when the client gives none
     * @param amount bytes or counts, as the kind says
     * @return pause in milliseconds, 0 for none
     */
    int pauseMs(String principal, String clientId, Kind kind, long amount);
}
