package io.headrace.broker.replica;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far each follower has copied the leader's log, by broker id; the base of the high watermark.
 *
 * <p>Owner: the partition's lock. Forgotten with every new leader epoch.
 */
final class ReplicaEnds {

    private final int ownId;
    private final Map<Integer, Long> endOffsets = new HashMap<>();

    ReplicaEnds(int ownId) {
        this.ownId = ownId;
    }

    void forget() {
        endOffsets.clear();
    }

    /** A follower fetched from this offset, and so has everything below it. */
    void fetched(int brokerId, long endOffset) {
        endOffsets.merge(brokerId, endOffset, Math::max);
    }

    /**
     * The smallest log end offset of the replicas in sync.
     *
     * @param ownEnd of this broker's replica
     * @param unknownEnd stands for a follower that has not fetched yet
     */
    long committed(List<Integer> isr, long ownEnd, long unknownEnd) {
        long committed = ownEnd;
        for (int i = 0; i < isr.size(); i++) {
            Integer id = isr.get(i);
            if (id != ownId) {
                committed = Math.min(committed, endOffsets.getOrDefault(id, unknownEnd));
            }
        }
        return committed;
    }
}
