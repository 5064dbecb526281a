package io.headrace.broker.replica;

/**
 * What a follower says about itself when it fetches.
 *
 * @param replicaId its broker id
 * @param brokerEpoch of its registration
 * @param leaderEpoch that it follows
 * @param offset it has everything below
 * @param logStartOffset of its log
 */
public record ReplicaFetch(
        int replicaId, long brokerEpoch, int leaderEpoch, long offset, long logStartOffset) {}
