package io.headrace.broker.replication;

import java.util.List;

/**
 * One fetch to one leader.
 *
 * @param sessionId 0 outside a session
 * @param sessionEpoch 0 for a full request
 * @param brokerEpoch of this broker's registration, -1 before its image shows it
 * @param positions all partitions of a full request; those whose position is news of an incremental
 *     one
 * @param forgotten partitions that leave the session
 * @param waitMaxMs the leader waits no longer for news
 */
public record FetchRequest(
        int sessionId,
        int sessionEpoch,
        int brokerId,
        long brokerEpoch,
        List<FetchPosition> positions,
        List<FetchKey> forgotten,
        int waitMaxMs) {

    public FetchRequest {
        positions = List.copyOf(positions);
        forgotten = List.copyOf(forgotten);
    }

    public boolean isFull() {
        return sessionEpoch == 0;
    }
}
