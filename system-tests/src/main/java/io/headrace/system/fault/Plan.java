package io.headrace.system.fault;

import io.headrace.system.cluster.Signs;
import java.io.IOException;
import java.time.Duration;

/**
 * One kind of fault, done for a while.
 *
 * @param name in the fault matrix
 * @param seconds that it lasts about; an attack that is under way is finished, and every variant of
 *     it is done once
 * @param demands what must hold
 * @param kind what it does it to
 * @param signs what an operator must see of it
 * @param stallMax longest time without an acknowledgement in a partition of several copies
 */
public record Plan(
        String name,
        String summary,
        int seconds,
        Demands demands,
        Kind kind,
        Signs signs,
        Duration stallMax,
        Attack attack) {

    /** Less than a session, and than what clients wait before they ask anew. */
    private static final Duration UNFELT = Duration.ofSeconds(5);

    /** What an attack changes: two of different kinds do not get into each other's way. */
    public enum Kind {
        /** No fault: nothing may be seen. */
        NOTHING,
        /** Neither network nor processes, or too little to be one of a pair. */
        OTHER,
        NETWORK,
        /** Processes and their disks. */
        PROCESS,
        /** Both, or several faults at once. */
        MIXED
    }

    /** The same, for about so long. */
    public Plan lasting(int length) {
        return new Plan(name, summary, length, demands, kind, signs, stallMax, attack);
    }

    /** The same, of which writers feel nothing. */
    Plan unfelt() {
        return new Plan(name, summary, seconds, demands, kind, signs, UNFELT, attack);
    }

    /** What a run is held to. */
    public enum Demands {
        /** Everything. */
        ALL,
        /** Everything, and that no client gives up a send. */
        NO_FAILED_SEND,
        /** Everything, of topics whose acknowledgements wait for the disk; no group. */
        OF_FLUSHED,
        /** Everything, of topics with several copies. */
        OF_REPLICATED,
        /** Nothing: what is lost is counted. */
        NOTHING;

        boolean areAll() {
            return this == ALL || this == NO_FAILED_SEND;
        }
    }

    /** Does it again and again until the field says that it is enough. */
    @FunctionalInterface
    public interface Attack {
        void run(Field field) throws IOException;
    }
}
