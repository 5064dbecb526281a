package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.GroupMember;
import org.jspecify.annotations.Nullable;

/** KafkaConsumerLag. Consumer and client are empty texts where nobody owns the partition. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record LagView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        @JsonProperty("current_offset") long currentOffset,
        @JsonProperty("log_end_offset") long logEndOffset,
        long lag,
        @JsonProperty("consumer_id") String consumerId,
        @JsonProperty("instance_id") @Nullable String instanceId,
        @JsonProperty("client_id") String clientId) {

    static LagView of(V3Links links, String group, PartitionLag lag) {
        String topic = lag.partition().topic();
        int partition = lag.partition().partition();
        return new LagView(
                "KafkaConsumerLag",
                links.metadata(
                        links.url(GroupView.GROUPS, group, "lags", topic, "partitions", partition),
                        "consumer-group",
                        group,
                        "lag",
                        topic,
                        "partition",
                        partition),
                links.clusterId(),
                group,
                topic,
                partition,
                lag.committed(),
                lag.logEnd(),
                lag.lag(),
                lag.owner().map(GroupMember::id).orElse(""),
                lag.owner().flatMap(GroupMember::instanceId).orElse(null),
                lag.owner().map(GroupMember::clientId).orElse(""));
    }
}
