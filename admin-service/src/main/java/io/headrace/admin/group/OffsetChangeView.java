package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.kafka.Committed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** HeadraceOffsetChange: the plan of a change, and with {@code reset_id} the change itself. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record OffsetChangeView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        String action,
        @JsonProperty("validate_only") boolean validateOnly,
        @JsonProperty("reset_id") @Nullable Long resetId,
        @JsonProperty("records_to_reread") long rereadCount,
        @JsonProperty("records_to_skip") long skippedCount,
        List<String> warnings,
        List<Entry> partitions) {

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Entry(
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("partition_id") int partitionId,
            @JsonProperty("current_offset") @Nullable Long currentOffset,
            @JsonProperty("new_offset") @Nullable Long newOffset,
            @JsonProperty("log_start_offset") long logStartOffset,
            @JsonProperty("log_end_offset") long logEndOffset,
            @JsonProperty("records_to_reread") long rereadCount,
            @JsonProperty("records_to_skip") long skippedCount,
            @JsonProperty("is_clamped") boolean isClamped,
            @Nullable String note) {

        static Entry of(PlannedOffset planned) {
            return new Entry(
                    planned.partition().topic(),
                    planned.partition().partition(),
                    planned.current().map(Committed::offset).orElse(null),
                    planned.target().map(Committed::offset).orElse(null),
                    planned.logStart(),
                    planned.logEnd(),
                    planned.rereadCount(),
                    planned.skippedCount(),
                    planned.isClamped(),
                    planned.note().orElse(null));
        }
    }

    static OffsetChangeView of(V3Links links, OffsetChange change) {
        String group = change.group();
        String self =
                change.resetId()
                        .map(id -> links.url(GroupView.GROUPS, group, "offset-resets", id))
                        .orElseGet(() -> links.url(GroupView.GROUPS, group, "offset-resets"));
        return new OffsetChangeView(
                "HeadraceOffsetChange",
                new V3Metadata(self, links.resourceName("consumer-group", group)),
                links.clusterId(),
                group,
                change.action(),
                change.isPlanOnly(),
                change.resetId().orElse(null),
                change.plan().stream().mapToLong(PlannedOffset::rereadCount).sum(),
                change.plan().stream().mapToLong(PlannedOffset::skippedCount).sum(),
                change.warnings(),
                change.plan().stream().map(Entry::of).toList());
    }
}
