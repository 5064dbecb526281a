package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import org.jspecify.annotations.Nullable;

/** KafkaPartition. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record PartitionView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        @Nullable V3Link leader,
        V3Link replicas,
        V3Link reassignment) {

    static PartitionView of(V3Links links, TopicImage topic, int partition) {
        String name = topic.name();
        PartitionState state = topic.states().get(partition);
        return new PartitionView(
                "KafkaPartition",
                links.metadata(
                        links.url("topics", name, "partitions", partition),
                        "topic",
                        name,
                        "partition",
                        partition),
                links.clusterId(),
                name,
                partition,
                state.hasLeader()
                        ? links.link(
                                "topics", name, "partitions", partition, "replicas", state.leader())
                        : null,
                links.link("topics", name, "partitions", partition, "replicas"),
                links.link("topics", name, "partitions", partition, "reassignment"));
    }
}
