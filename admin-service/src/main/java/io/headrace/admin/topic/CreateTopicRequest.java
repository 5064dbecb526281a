package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.envelope.V3Exception;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /topics}.
 *
 * @param isInternal set by brokers only, for the topics that coordinators keep their state in
 */
record CreateTopicRequest(
        @JsonProperty("topic_name") @Nullable String topicName,
        @JsonProperty("partitions_count") @Nullable Integer partitionsCount,
        @JsonProperty("replication_factor") @Nullable Integer replicationFactor,
        @JsonProperty("replicas_assignments")
                @Nullable Map<String, List<@Nullable Integer>> replicasAssignments,
        @Nullable List<@Nullable Setting> configs,
        @JsonProperty("validate_only") @Nullable Boolean validateOnly,
        @JsonProperty("is_internal") @Nullable Boolean isInternal) {

    record Setting(@Nullable String name, @Nullable String value) {}

    CreateTopic toChange(boolean validateOnlyInQuery) {
        if (topicName == null) {
            throw V3Exception.invalidPayload("'topic_name' is missing");
        }
        return new CreateTopic(
                topicName,
                optional(partitionsCount),
                optional(replicationFactor),
                assignments(),
                settings(),
                validateOnlyInQuery || Boolean.TRUE.equals(validateOnly),
                Boolean.TRUE.equals(isInternal));
    }

    private static OptionalInt optional(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    private List<List<Integer>> assignments() {
        if (replicasAssignments == null) {
            return List.of();
        }
        return ReplicasAssignments.of(replicasAssignments, 0);
    }

    private Map<String, String> settings() {
        Map<String, String> result = new HashMap<>();
        if (configs != null) {
            for (Setting setting : configs) {
                if (setting == null || setting.name() == null) {
                    throw V3Exception.invalidPayload("a config needs a 'name'");
                }
                if (setting.value() != null
                        && result.put(setting.name(), setting.value()) != null) {
                    throw V3Exception.badRequest("'" + setting.name() + "' is given twice");
                }
            }
        }
        return result;
    }
}
