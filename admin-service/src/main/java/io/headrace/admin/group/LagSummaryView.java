package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.GroupMember;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** KafkaConsumerGroupLagSummary. The link to a consumer leads to all where nobody owns it. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record LagSummaryView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        @JsonProperty("max_lag_consumer_id") String maxLagConsumerId,
        @JsonProperty("max_lag_instance_id") @Nullable String maxLagInstanceId,
        @JsonProperty("max_lag_client_id") String maxLagClientId,
        @JsonProperty("max_lag_topic_name") String maxLagTopicName,
        @JsonProperty("max_lag_partition_id") int maxLagPartitionId,
        @JsonProperty("max_lag") long maxLag,
        @JsonProperty("total_lag") long totalLag,
        @JsonProperty("max_lag_consumer") V3Link maxLagConsumer,
        @JsonProperty("max_lag_partition") V3Link maxLagPartition) {

    /**
     * @param lags by topic and partition; of equal ones the first counts
     */
    static LagSummaryView of(V3Links links, String group, List<PartitionLag> lags) {
        PartitionLag max =
                lags.stream()
                        .reduce((first, next) -> next.lag() > first.lag() ? next : first)
                        .orElseThrow(
                                () ->
                                        V3Exception.notFound(
                                                "group '" + group + "' has no committed offsets"));
        String topic = max.partition().topic();
        int partition = max.partition().partition();
        String consumer = max.owner().map(GroupMember::id).orElse("");
        return new LagSummaryView(
                "KafkaConsumerGroupLagSummary",
                new V3Metadata(
                        links.url(GroupView.GROUPS, group, "lag-summary"),
                        links.resourceName("consumer-group", group) + "/lag-summary"),
                links.clusterId(),
                group,
                consumer,
                max.owner().flatMap(GroupMember::instanceId).orElse(null),
                max.owner().map(GroupMember::clientId).orElse(""),
                topic,
                partition,
                max.lag(),
                lags.stream().mapToLong(PartitionLag::lag).sum(),
                consumer.isEmpty()
                        ? links.link(GroupView.GROUPS, group, "consumers")
                        : links.link(GroupView.GROUPS, group, "consumers", consumer),
                links.link("topics", topic, "partitions", partition));
    }
}
