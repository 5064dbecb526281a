package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.TopicImage;
import java.util.List;
import java.util.Optional;

/** KafkaReassignment: a partition on its way to other brokers. */
record ReassignmentView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        @JsonProperty("adding_replicas") List<Integer> addingReplicas,
        @JsonProperty("removing_replicas") List<Integer> removingReplicas,
        V3Link replicas) {

    /** Empty when the partition does not move. */
    static Optional<ReassignmentView> of(V3Links links, TopicImage topic, int partition) {
        return Optional.ofNullable(topic.moves().get(partition))
                .map(move -> of(links, topic, partition, move));
    }

    private static ReassignmentView of(V3Links links, TopicImage topic, int partition, Move move) {
        return new ReassignmentView(
                "KafkaReassignment",
                links.metadata(
                        links.url("topics", topic.name(), "partitions", partition, "reassignment"),
                        "topic",
                        topic.name(),
                        "partition",
                        partition,
                        "reassignment",
                        partition),
                links.clusterId(),
                topic.name(),
                partition,
                move.adding(),
                move.removing(),
                links.link("topics", topic.name(), "partitions", partition, "replicas"));
    }
}
