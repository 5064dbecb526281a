package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.Committed;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicPartition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Body of {@code POST …/offsets:alter}: an offset for each partition. */
record AlterRequest(
        @Nullable List<@Nullable Entry> data,
        @JsonProperty("validate_only") @Nullable Boolean validateOnly) {

    private static final int METADATA_LENGTH_MAX = 4_096;

    /**
     * @param offset the next record to read
     */
    record Entry(
            @JsonProperty("topic_name") @Nullable String topicName,
            @JsonProperty("partition_id") @Nullable Integer partitionId,
            @Nullable Long offset,
            @Nullable String metadata) {}

    Map<TopicPartition, Committed> offsets(ClusterImage image) {
        if (data == null || data.isEmpty()) {
            throw V3Exception.invalidPayload("'data' is missing or empty");
        }
        if (data.size() > OffsetScope.PARTITION_COUNT_MAX) {
            throw V3Exception.badRequest(
                    "at most "
                            + OffsetScope.PARTITION_COUNT_MAX
                            + " partitions are changed at once");
        }
        Map<TopicPartition, Committed> offsets = new HashMap<>();
        for (Entry entry : data) {
            if (entry == null || entry.topicName() == null || entry.offset() == null) {
                throw V3Exception.invalidPayload(
                        "an entry of 'data' needs 'topic_name', 'partition_id' and 'offset'");
            }
            String metadata = entry.metadata() == null ? "" : entry.metadata();
            if (metadata.length() > METADATA_LENGTH_MAX) {
                throw V3Exception.badRequest(
                        "'metadata' is longer than " + METADATA_LENGTH_MAX + " characters");
            }
            TopicPartition partition =
                    OffsetScope.partition(image, entry.topicName(), entry.partitionId());
            Committed offset =
                    new Committed(ResetRequest.notNegative("offset", entry.offset()), metadata);
            if (offsets.put(partition, offset) != null) {
                throw V3Exception.badRequest(partition + " is named twice");
            }
        }
        return offsets;
    }
}
