package io.headrace.broker.disk;

/**
 * The machine of a {@link SimulatedDisk} has lost its power; an error, so that no handler of {@code
 * IOException} takes it for a failure it can survive.
 */
public final class SimulatedCrash extends Error {

    private static final long serialVersionUID = 1L;

    SimulatedCrash(String message) {
        super(message, null, false, false);
    }
}
