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
    static final Duration ARRIVAL_WAIT = Duration.ofSeconds(5);

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

    /** Answers when this broker, too, shows the topic and serves what it leads of it. */
    static CompletableFuture<Answer> create(
            ApiContext context, ControllerClient controller, Wanted wanted, Duration timeout) {
        return controller
                .call("POST", "/topics", Optional.of(wanted), timeout)
                .thenCompose(
                        answer ->
                                wanted.validateOnly()
                                        ? CompletableFuture.completedFuture(answer)
                                        : arrived(
                                                context,
                                                wanted.name(),
                                                answer.body().path("partitions_count").asInt(1),
                                                answer));
    }

    /**
     * Passes on an answer of the controller about a topic's partitions when they are here; at the
     * latest after {@link #ARRIVAL_WAIT}, since the change is made in any case.
     */
    static CompletableFuture<Answer> arrived(
            ApiContext context, String topic, int partitionCount, Answer answer) {
        if (!answer.isDone()) {
            return CompletableFuture.completedFuture(answer);
        }
        return context.replicas()
                .arrivals()
                .await(topic, partitionCount, ARRIVAL_WAIT.toMillis())
                .thenApply(here -> answer);
    }

    /** With the cluster's defaults, because a client named it. */
    static CompletableFuture<Answer> createAutomatically(
            ApiContext context, ControllerClient controller, String name) {
        return create(
                context,
                controller,
                new Wanted(name, null, null, null, List.of(), false, false),
                AUTOMATIC_TIMEOUT);
    }
}
