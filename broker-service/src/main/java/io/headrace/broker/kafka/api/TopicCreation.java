package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Asks the controller for a new topic. */
final class TopicCreation {

    private static final Duration AUTOMATIC_TIMEOUT = Duration.ofSeconds(15);

    /** The body of the admin-service's {@code POST /topics}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Wanted(
            @JsonProperty("topic_name") String name,
            @JsonProperty("partitions_count") @Nullable Integer partitions,
            @JsonProperty("replication_factor") @Nullable Integer replicationFactor,
            @JsonProperty("replicas_assignments") @Nullable Map<String, List<Integer>> assignments,
            @JsonProperty("configs") List<Setting> settings,
            @JsonProperty("validate_only") boolean validateOnly,
            @JsonProperty("is_internal") boolean isInternal) {}

    record Setting(
            @JsonProperty("name") String name, @JsonProperty("value") @Nullable String value) {}

    private TopicCreation() {}

    static CompletableFuture<Answer> create(
            ControllerClient controller, Wanted wanted, Duration timeout) {
        return controller.call("POST", "/topics", Optional.of(wanted), timeout);
    }

    /** With the cluster's defaults, because a client named it. */
    static CompletableFuture<Answer> createAutomatically(ControllerClient controller, String name) {
        return create(
                controller,
                new Wanted(name, null, null, null, List.of(), false, false),
                AUTOMATIC_TIMEOUT);
    }
}
