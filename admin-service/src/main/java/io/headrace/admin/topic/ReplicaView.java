package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;

/** KafkaReplica: one partition's copy on one broker. */
public record ReplicaView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        @JsonProperty("broker_id") int brokerId,
        @JsonProperty("is_leader") boolean isLeader,
        @JsonProperty("is_in_sync") boolean isInSync,
        V3Link broker) {

    public static ReplicaView of(V3Links links, TopicImage topic, int partition, int brokerId) {
        PartitionState state = topic.states().get(partition);
        return new ReplicaView(
                "KafkaReplica",
                links.metadata(
                        links.url(
                                "topics",
                                topic.name(),
                                "partitions",
                                partition,
                                "replicas",
                                brokerId),
                        "topic",
                        topic.name(),
                        "partition",
                        partition,
                        "replica",
                        brokerId),
                links.clusterId(),
                topic.name(),
                partition,
                brokerId,
                state.leader() == brokerId,
                state.isr().contains(brokerId),
                links.link("brokers", brokerId));
    }
}
