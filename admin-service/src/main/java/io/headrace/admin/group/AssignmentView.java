package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.model.topic.TopicPartition;

/** KafkaConsumerAssignment. */
record AssignmentView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        @JsonProperty("consumer_id") String consumerId,
        @JsonProperty("topic_name") String topicName,
        @JsonProperty("partition_id") int partitionId,
        V3Link partition,
        V3Link lag) {

    static AssignmentView of(V3Links links, String group, String consumer, TopicPartition of) {
        String topic = of.topic();
        int partition = of.partition();
        return new AssignmentView(
                "KafkaConsumerAssignment",
                links.metadata(
                        links.url(
                                GroupView.GROUPS,
                                group,
                                "consumers",
                                consumer,
                                "assignments",
                                topic,
                                "partitions",
                                partition),
                        "consumer-group",
                        group,
                        "consumer",
                        consumer,
                        "assignment",
                        topic,
                        "partition",
                        partition),
                links.clusterId(),
                group,
                consumer,
                topic,
                partition,
                links.link("topics", topic, "partitions", partition),
                links.link(GroupView.GROUPS, group, "lags", topic, "partitions", partition));
    }
}
