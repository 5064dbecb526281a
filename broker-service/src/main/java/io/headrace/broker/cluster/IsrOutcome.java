package io.headrace.broker.cluster;

import io.headrace.model.cluster.PartitionState;

/**
 * What became of an {@link IsrChange}, for certain. While it is not certain, there is no outcome.
 */
public sealed interface IsrOutcome {

    /** The change stands, as this state. */
    record Written(PartitionState state) implements IsrOutcome {}

    /** Somebody else changed the state first, in the same leader epoch; nothing was written. */
    record Overtaken(PartitionState state) implements IsrOutcome {}

    /** A replica may not be added now; nothing was written. */
    record NotAdmitted(int brokerId) implements IsrOutcome {}

    /** The leader epoch is over, or the topic is gone; nothing was written, nothing will be. */
    record Over(String text) implements IsrOutcome {}
}
