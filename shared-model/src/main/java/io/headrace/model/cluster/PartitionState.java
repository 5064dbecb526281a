package io.headrace.model.cluster;

import java.util.List;

/**
 * Who leads a partition and who is in sync.
 *
 * @param leader broker id, or {@link #NO_LEADER}
 * @param leaderEpoch grows by one with every change of the leader; 0 at creation
 * @param isr broker ids in sync, the leader included
 * @param partitionEpoch grows by one with every change of this state
 */
public record PartitionState(int leader, int leaderEpoch, List<Integer> isr, int partitionEpoch) {

    public static final int NO_LEADER = -1;

    public PartitionState {
        isr = List.copyOf(isr);
        if (leaderEpoch < 0 || partitionEpoch < 0) {
            throw new IllegalArgumentException(
                    "epochs are not negative: " + leaderEpoch + ", " + partitionEpoch);
        }
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }
}
