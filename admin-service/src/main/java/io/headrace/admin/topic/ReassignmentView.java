package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Metadata;
import java.util.List;

/** KafkaReassignment. Partitions do not move yet, so lists of these are empty. */
record ReassignmentView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        @JsonProperty("adding_replicas") List<Integer> addingReplicas,
        @JsonProperty("removing_replicas") List<Integer> removingReplicas,
        V3Link replicas) {}
