package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.history.OffsetMove;
import io.headrace.admin.history.PastReset;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** HeadraceOffsetReset: a change of offsets that was made. {@code request} is a JSON text. */
@JsonInclude(JsonInclude.Include.ALWAYS)
record ResetView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        @JsonProperty("reset_id") long resetId,
        String at,
        String principal,
        @JsonProperty("remote_address") String remoteAddress,
        String action,
        String request,
        String outcome,
        @JsonProperty("undo_of") @Nullable Long undoOf,
        List<Move> partitions) {

    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Move(
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("partition_id") int partitionId,
            @JsonProperty("offset_before") @Nullable Long offsetBefore,
            @JsonProperty("offset_after") @Nullable Long offsetAfter) {

        static Move of(OffsetMove move) {
            return new Move(move.topic(), move.partition(), move.before(), move.after());
        }
    }

    static ResetView of(V3Links links, String group, PastReset reset) {
        return new ResetView(
                "HeadraceOffsetReset",
                links.metadata(
                        links.url(GroupView.GROUPS, group, "offset-resets", reset.id()),
                        "consumer-group",
                        group,
                        "offset-reset",
                        reset.id()),
                links.clusterId(),
                group,
                reset.id(),
                Instant.ofEpochMilli(reset.atMs()).toString(),
                reset.principal(),
                reset.remoteAddress(),
                reset.action(),
                reset.request(),
                reset.outcome(),
                reset.undoOf().orElse(null),
                reset.moves().stream().map(Move::of).toList());
    }
}
