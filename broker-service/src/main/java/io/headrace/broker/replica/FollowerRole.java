package io.headrace.broker.replica;

/**
 * This broker's part while another one leads the partition.
 *
 * <p>Owner: the partition's lock.
 */
final class FollowerRole {

    private final int leaderEpoch;

    /**
     * @param leaderEpoch of the leader that is followed
     */
    FollowerRole(int leaderEpoch) {
        this.leaderEpoch = leaderEpoch;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }
}
