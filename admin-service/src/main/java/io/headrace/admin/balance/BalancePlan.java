package io.headrace.admin.balance;

import java.util.List;

/**
 * What would make the cluster even, and what it would look like.
 *
 * @param moves in the order in which they would be made
 * @param before by broker id
 * @param after by broker id
 */
public record BalancePlan(List<PlannedMove> moves, List<Share> before, List<Share> after) {

    /**
     * What one broker carries.
     *
     * @param leaders partitions whose assignment it heads
     * @param bytesPerSecond written to the partitions that it leads
     */
    public record Share(int brokerId, int replicas, int leaders, long bytes, long bytesPerSecond) {}

    public BalancePlan {
        moves = List.copyOf(moves);
        before = List.copyOf(before);
        after = List.copyOf(after);
    }
}
