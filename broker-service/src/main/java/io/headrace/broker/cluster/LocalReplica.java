package io.headrace.broker.cluster;

import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;

/** A partition together with the identity of its topic: what files on this broker belong to. */
public record LocalReplica(TopicPartition partition, TopicId topicId) {

    @Override
    public String toString() {
        return partition + " (topic id " + topicId + ")";
    }
}
