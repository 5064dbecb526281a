package io.headrace.broker.replica;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.topic.TopicConfig;
import java.util.List;

/**
 * This broker's leadership of a partition, as the newest known state says; immutable, replaced as a
 * whole.
 *
 * @param isr broker ids in sync, this broker included
 * @param elr eligible leader replicas, which left while the ISR was too small (KIP-966)
 * @param lastCopy who waits beside an ISR of eligible replicas that has not shown yet that it
 *     lives; -1 for nobody
 * @param partitionEpoch of the state it was taken from
 * @param replicas broker ids that hold the partition or are to get it
 * @param target broker ids that are to hold it, moves being done
 * @param minInsyncReplicas the topic's setting; what counts is {@link #fewestInSync}
 */
public record Leadership(
        int leaderEpoch,
        List<Integer> isr,
        List<Integer> elr,
        int lastCopy,
        int partitionEpoch,
        List<Integer> replicas,
        List<Integer> target,
        int minInsyncReplicas) {

    public Leadership {
        isr = List.copyOf(isr);
        elr = List.copyOf(elr);
        replicas = List.copyOf(replicas);
        target = List.copyOf(target);
    }

    static Leadership of(
            PartitionState state,
            List<Integer> replicas,
            List<Integer> target,
            int minInsyncReplicas) {
        return new Leadership(
                state.leaderEpoch(),
                state.isr(),
                state.elr(),
                state.lastCopy(),
                state.partitionEpoch(),
                replicas,
                target,
                minInsyncReplicas);
    }

    /** The same leadership, with what a newer state says about who is in sync. */
    Leadership with(PartitionState state) {
        return new Leadership(
                leaderEpoch,
                state.isr(),
                state.elr(),
                state.lastCopy(),
                state.partitionEpoch(),
                replicas,
                target,
                minInsyncReplicas);
    }

    /**
     * The smallest ISR with which an acks=all append is taken and anything is committed: no more
     * replicas can be in sync than there are, and Kafka counts so, too.
     */
    public int fewestInSync() {
        return TopicConfig.fewestInSync(minInsyncReplicas, target.size());
    }

    /**
     * Whether a replica's move away is done, but for its leaving the ISR: all who are to stay are
     * in sync, and one of them leads.
     */
    boolean isToGo(int brokerId, int leaderId) {
        return !target.contains(brokerId) && target.contains(leaderId) && isr.containsAll(target);
    }

    /** Whether records may be committed now (KIP-966). */
    boolean mayCommit() {
        return !isSomebodyBeside() && isr.size() >= fewestInSync();
    }

    /** Whether somebody outside the ISR may still be the one who has everything. */
    boolean isSomebodyBeside() {
        return !elr.isEmpty() || hasLastCopyBeside();
    }

    /**
     * Whether somebody waits for this leader to show that it lives, which any ISR it writes does.
     */
    boolean hasLastCopyBeside() {
        return lastCopy != PartitionState.NO_LEADER;
    }

    /** Whether this is older than what is known. */
    boolean isBefore(Leadership known) {
        return leaderEpoch < known.leaderEpoch
                || (leaderEpoch == known.leaderEpoch && partitionEpoch < known.partitionEpoch);
    }
}
