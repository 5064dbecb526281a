package io.headrace.broker.replication;

import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;

/**
 * From where one partition is fetched; everything below {@code offset} is in this broker's log.
 *
 * @param lastEpoch newest epoch of the own log, -1 for none: the leader compares it
 * @param leaderEpoch in which the leader is believed to lead
 */
public record FetchPosition(
        TopicPartition name,
        TopicId topicId,
        long offset,
        int lastEpoch,
        int leaderEpoch,
        long logStartOffset,
        long highWatermark) {

    FetchKey key() {
        return new FetchKey(topicId, name.partition());
    }
}
