package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicName;

/** KafkaTopic, with our topic id added. */
record TopicView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("topic_id") String topicId,
        @JsonProperty("is_internal") boolean isInternal,
        @JsonProperty("replication_factor") int replicationFactor,
        @JsonProperty("partitions_count") int partitionsCount,
        V3Link partitions,
        V3Link configs,
        @JsonProperty("partition_reassignments") V3Link partitionReassignments) {

    static TopicView of(V3Links links, TopicImage topic) {
        String name = topic.name();
        return new TopicView(
                "KafkaTopic",
                links.metadata(links.url("topics", name), "topic", name),
                links.clusterId(),
                name,
                topic.id().toString(),
                TopicName.isInternal(name),
                topic.replicationFactor(),
                topic.partitionCount(),
                links.link("topics", name, "partitions"),
                links.link("topics", name, "configs"),
                links.link("topics", name, "partitions", "-", "reassignment"));
    }
}
