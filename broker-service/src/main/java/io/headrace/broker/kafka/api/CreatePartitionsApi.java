package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.security.Access;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * {@code CreatePartitions}: the new total of each topic, and where the new partitions are to be if
 * the client says so, is passed to the controller.
 */
final class CreatePartitionsApi implements Api<CreatePartitionsRequestData> {

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Wanted(
            @JsonProperty("partitions_count") int count,
            @JsonProperty("replicas_assignments") @Nullable Map<String, List<Integer>> assignments,
            @JsonProperty("validate_only") boolean validateOnly) {}

    private final ApiContext context;
    private final ControllerClient controller;

    CreatePartitionsApi(ApiContext context, ControllerClient controller) {
        this.context = context;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.CREATE_PARTITIONS;
    }

    @Override
    public void handle(Exchange exchange, CreatePartitionsRequestData request) {
        Duration timeout = ControllerClient.timeout(request.timeoutMs());
        Set<String> seen = new HashSet<>();
        List<CompletableFuture<CreatePartitionsTopicResult>> results = new ArrayList<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            if (!seen.add(topic.name())) {
                results.add(failed(topic, Errors.INVALID_REQUEST, "the topic is named twice"));
            } else if (!context.mayUseTopic(exchange, Access.Operation.ALTER, topic.name())) {
                results.add(failed(topic, Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed"));
            } else {
                if (!request.validateOnly()) {
                    exchange.uses(Throttle.Kind.CONTROLLER_MUTATIONS, added(topic));
                }
                results.add(add(topic, request.validateOnly(), timeout));
            }
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)),
                all -> {
                    CreatePartitionsResponseData response = new CreatePartitionsResponseData();
                    results.forEach(result -> response.results().add(result.join()));
                    return response;
                });
    }

    private int added(CreatePartitionsTopic topic) {
        return context.image()
                .get()
                .topic(topic.name())
                .map(now -> Math.max(0, topic.count() - now.partitionCount()))
                .orElse(0);
    }

    private CompletableFuture<CreatePartitionsTopicResult> add(
            CreatePartitionsTopic topic, boolean validateOnly, Duration timeout) {
        return controller
                .call(
                        "PATCH",
                        "/topics/" + ControllerClient.segment(topic.name()),
                        Optional.of(new Wanted(topic.count(), assignments(topic), validateOnly)),
                        timeout)
                .thenCompose(
                        answer ->
                                validateOnly
                                        ? CompletableFuture.completedFuture(answer)
                                        : TopicCreation.arrived(
                                                context, topic.name(), topic.count(), answer))
                .thenApply(
                        answer ->
                                new CreatePartitionsTopicResult()
                                        .setName(topic.name())
                                        .setErrorCode(answer.code().number())
                                        .setErrorMessage(answer.isDone() ? null : answer.text()));
    }

    /** By partition: those that are given are of the last ones. */
    private static @Nullable Map<String, List<Integer>> assignments(CreatePartitionsTopic topic) {
        List<CreatePartitionsAssignment> given = topic.assignments();
        if (given == null) {
            return null;
        }
        Map<String, List<Integer>> assignments = new TreeMap<>();
        for (int i = 0; i < given.size(); i++) {
            assignments.put(
                    Integer.toString(topic.count() - given.size() + i), given.get(i).brokerIds());
        }
        return assignments;
    }

    private static CompletableFuture<CreatePartitionsTopicResult> failed(
            CreatePartitionsTopic topic, Errors error, String text) {
        return CompletableFuture.completedFuture(
                new CreatePartitionsTopicResult()
                        .setName(topic.name())
                        .setErrorCode(error.code())
                        .setErrorMessage(text));
    }
}
