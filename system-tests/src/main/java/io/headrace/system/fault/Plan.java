package io.headrace.system.fault;

import java.io.IOException;

/**
 * One kind of fault, done for a while.
 *
 * @param name in the fault matrix
 * @param seconds that it lasts about; an attack that is under way is finished
 * @param demands what must hold
 */
public record Plan(String name, String summary, int seconds, Demands demands, Attack attack) {

    /** What a run is held to. */
    public enum Demands {
        /** Everything. */
        ALL,
        /** Everything, of topics whose acknowledgements wait for the disk; no group. */
        OF_FLUSHED,
        /** Nothing: what is lost is counted. */
        NOTHING
    }

    /** Does it again and again until the field says that it is enough. */
    @FunctionalInterface
    public interface Attack {
        void run(Field field) throws IOException;
    }
}
