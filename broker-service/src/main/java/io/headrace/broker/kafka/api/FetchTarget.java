package io.headrace.broker.kafka.api;

import org.apache.kafka.common.Uuid;

/**
 * One partition that a client wants to read, and from where.
 *
 * @param topic name; empty where the request names topics by id and the id is not known
 * @param topicId zero where the request names topics by name
 * @param leaderEpoch that the client knows, -1 for none
 * @param lastFetchedEpoch of the record before {@code offset}, -1 where the client does not say
 * @param logStartOffset of a follower's log, -1 from a consumer
 */
record FetchTarget(
        String topic,
        Uuid topicId,
        int partition,
        long offset,
        int bytesMax,
        int leaderEpoch,
        int lastFetchedEpoch,
        long logStartOffset) {

    /** Same topic (by id where there is one) and partition. */
    record Key(String topic, Uuid topicId, int partition) {}

    Key key() {
        return new Key(Uuid.ZERO_UUID.equals(topicId) ? topic : "", topicId, partition);
    }

    FetchTarget named(String name) {
        return new FetchTarget(
                name,
                topicId,
                partition,
                offset,
                bytesMax,
                leaderEpoch,
                lastFetchedEpoch,
                logStartOffset);
    }
}
