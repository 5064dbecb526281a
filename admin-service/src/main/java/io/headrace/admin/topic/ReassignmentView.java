package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.MoveProgress;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * KafkaReassignment: a partition on its way to other brokers.
 *
 * @param bytesTotal that the added replicas will have together; absent while brokers do not say
 * @param bytesCopied of these, what they have
 * @param lagBytes what they are behind
 */
record ReassignmentView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        @JsonProperty("adding_replicas") List<Integer> addingReplicas,
        @JsonProperty("removing_replicas") List<Integer> removingReplicas,
        @JsonProperty("bytes_total") @Nullable Long bytesTotal,
        @JsonProperty("bytes_copied") @Nullable Long bytesCopied,
        @JsonProperty("lag_bytes") @Nullable Long lagBytes,
        V3Link replicas) {

    /** Empty when the partition does not move. */
    static Optional<ReassignmentView> of(
            V3Links links,
            TopicImage topic,
            int partition,
            Optional<Map<TopicPartition, MoveProgress.Bytes>> progress) {
        TopicPartition tp = new TopicPartition(topic.name(), partition);
        return Optional.ofNullable(topic.moves().get(partition))
                .map(move -> of(links, tp, move, progress.map(known -> known.get(tp))));
    }

    private static ReassignmentView of(
            V3Links links, TopicPartition tp, Move move, Optional<MoveProgress.Bytes> bytes) {
        int partition = tp.partition();
        return new ReassignmentView(
                "KafkaReassignment",
                links.metadata(
                        links.url("topics", tp.topic(), "partitions", partition, "reassignment"),
                        "topic",
                        tp.topic(),
                        "partition",
                        partition,
                        "reassignment",
                        partition),
                links.clusterId(),
                tp.topic(),
                partition,
                move.adding(),
                move.removing(),
                bytes.map(MoveProgress.Bytes::bytesTotal).orElse(null),
                bytes.map(MoveProgress.Bytes::bytesCopied).orElse(null),
                bytes.map(MoveProgress.Bytes::lag).orElse(null),
                links.link("topics", tp.topic(), "partitions", partition, "replicas"));
    }
}
