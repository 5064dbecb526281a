package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Link;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.GroupDescription;
import org.jspecify.annotations.Nullable;

/** KafkaConsumerGroup. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record GroupView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        @JsonProperty("is_simple") boolean isSimple,
        @JsonProperty("partition_assignor") String assignor,
        String state,
        String type,
        @JsonProperty("is_mixed_consumer_group") boolean isMixed,
        @Nullable V3Link coordinator,
        V3Link consumers,
        @JsonProperty("lag_summary") V3Link lagSummary) {

    static final String GROUPS = "consumer-groups";

    static GroupView of(V3Links links, GroupDescription group) {
        String id = group.id();
        return new GroupView(
                "KafkaConsumerGroup",
                links.metadata(links.url(GROUPS, id), "consumer-group", id),
                links.clusterId(),
                id,
                group.isSimple(),
                group.assignor(),
                group.state(),
                group.type(),
                false,
                group.coordinator().isPresent()
                        ? links.link("brokers", group.coordinator().getAsInt())
                        : null,
                links.link(GROUPS, id, "consumers"),
                links.link(GROUPS, id, "lag-summary"));
    }
}
