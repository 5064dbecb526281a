package io.headrace.broker.replica;

import java.util.List;

/**
 * This broker's leadership of a partition, as the newest image says; immutable, replaced as a
 * whole.
 *
 * @param isr broker ids in sync, this broker included
 * @param partitionEpoch of the state it was taken from
 * @param minInsyncReplicas fewest in-sync replicas for an acks=all append
 */
public record Leadership(
        int leaderEpoch, List<Integer> isr, int partitionEpoch, int minInsyncReplicas) {

    public Leadership {
        isr = List.copyOf(isr);
    }
}
