package io.headrace.system.fault;

import io.headrace.system.cluster.Traces.Place;
import java.io.IOException;
import java.util.Set;

/**
 * One kind of fault, done for a while.
 *
 * @param name in the fault matrix
 * @param seconds that it lasts about; an attack that is under way is finished
 * @param demands what must hold
 * @param kind what it does it to
 */
public record Plan(
        String name, String summary, int seconds, Demands demands, Kind kind, Attack attack) {

    /** What an attack changes: two of different kinds do not get into each other's way. */
    public enum Kind {
        /** Nothing that must be seen. */
        QUIET,
        /** The network, so little that nobody must see it. */
        QUIET_NETWORK,
        /** The network, so briefly that no health can tell. */
        BRIEF_NETWORK(Place.METRICS, Place.LOG),
        NETWORK(Place.values()),
        /** Processes and their disks. */
        PROCESS(Place.values()),
        /** Both, or several faults at once. */
        MIXED(Place.values());

        private final Set<Place> traces;

        Kind(Place... traces) {
            this.traces = Set.of(traces);
        }

        /** Where an operator must see it. */
        public Set<Place> traces() {
            return traces;
        }

        boolean isOfNetwork() {
            return this == QUIET_NETWORK || this == BRIEF_NETWORK || this == NETWORK;
        }
    }

    /** The same, for about so long. */
    public Plan lasting(int length) {
        return new Plan(name, summary, length, demands, kind, attack);
    }

    /** What a run is held to. */
    public enum Demands {
        /** Everything. */
        ALL,
        /** Everything, of topics whose acknowledgements wait for the disk; no group. */
        OF_FLUSHED,
        /** Everything, of topics with several copies. */
        OF_REPLICATED,
        /** Nothing: what is lost is counted. */
        NOTHING
    }

    /** Does it again and again until the field says that it is enough. */
    @FunctionalInterface
    public interface Attack {
        void run(Field field) throws IOException;
    }
}
