package io.headrace.model.cluster;

import java.util.List;

/**
 * Who leads a partition and who is in sync.
 *
 * @param leader broker id, or {@link #NO_LEADER}
 * @param leaderEpoch grows by one with every change of the leader; 0 at creation
 * @param isr broker ids in sync, the leader included
 * @param elr eligible leader replicas: they left the ISR while it was or became smaller than the
 *     minimum, so they hold everything committed, and may lead when no ISR member lives; never in
 *     the ISR (KIP-966)
 * @param lastCopy the only member of the ISR when it restarted with its disk but without proof that
 *     it lost nothing, while somebody was eligible: leads should that one prove nothing either;
 *     {@link #NO_LEADER} for nobody, and as soon as a leader has written an ISR, and so lives
 * @param partitionEpoch grows by one with every change of this state
 */
public record PartitionState(
        int leader,
        int leaderEpoch,
        List<Integer> isr,
        List<Integer> elr,
        int lastCopy,
        int partitionEpoch) {

    public static final int NO_LEADER = -1;

    public PartitionState {
        isr = List.copyOf(isr);
        elr = List.copyOf(elr);
        if (leaderEpoch < 0 || partitionEpoch < 0) {
            throw new IllegalArgumentException(
                    "epochs are not negative: " + leaderEpoch + ", " + partitionEpoch);
        }
    }

    /** A state that waits for no proof. */
    public PartitionState(
            int leader, int leaderEpoch, List<Integer> isr, List<Integer> elr, int partitionEpoch) {
        this(leader, leaderEpoch, isr, elr, NO_LEADER, partitionEpoch);
    }

    /** A state in which nobody but the ISR may lead. */
    public PartitionState(int leader, int leaderEpoch, List<Integer> isr, int partitionEpoch) {
        this(leader, leaderEpoch, isr, List.of(), partitionEpoch);
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }
}
