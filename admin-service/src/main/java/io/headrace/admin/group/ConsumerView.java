package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.GroupMember;
import org.jspecify.annotations.Nullable;

/** KafkaConsumer. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record ConsumerView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        @JsonProperty("consumer_id") String consumerId,
        @JsonProperty("instance_id") @Nullable String instanceId,
        @JsonProperty("client_id") String clientId,
        V3Link assignments) {

    static ConsumerView of(V3Links links, String group, GroupMember member) {
        String id = member.id();
        return new ConsumerView(
                "KafkaConsumer",
                links.metadata(
                        links.url(GroupView.GROUPS, group, "consumers", id),
                        "consumer-group",
                        group,
                        "consumer",
                        id),
                links.clusterId(),
                group,
                id,
                member.instanceId().orElse(null),
                member.clientId(),
                links.link(GroupView.GROUPS, group, "consumers", id, "assignments"));
    }
}
