package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code CreateTopics}: each topic is passed to the controller by itself. */
final class CreateTopicsApi implements Api<CreateTopicsRequestData> {

    private static final int DEFAULT = -1;

    private final ApiContext context;
    private final ControllerClient controller;

    CreateTopicsApi(ApiContext context, ControllerClient controller) {
        this.context = context;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.CREATE_TOPICS;
    }

    @Override
    public void handle(Exchange exchange, CreateTopicsRequestData request) {
        Set<String> twice = new HashSet<>();
        Set<String> once = new HashSet<>();
        request.topics()
                .forEach(
                        topic -> {
                            if (!once.add(topic.name())) {
                                twice.add(topic.name());
                            }
                        });
        List<CompletableFuture<CreatableTopicResult>> results = new ArrayList<>();
        for (CreatableTopic topic : request.topics()) {
            if (once.remove(topic.name())) {
                results.add(
                        twice.contains(topic.name())
                                ? refused(
                                        topic,
                                        Errors.INVALID_REQUEST,
                                        "the topic is named twice in one request")
                                : create(exchange, request, topic));
            }
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)),
                all -> {
                    CreateTopicsResponseData response = new CreateTopicsResponseData();
                    results.forEach(result -> response.topics().add(result.join()));
                    return response;
                });
    }

    private CompletableFuture<CreatableTopicResult> create(
            Exchange exchange, CreateTopicsRequestData request, CreatableTopic topic) {
        boolean mayCreate =
                context.mayUseCluster(exchange, Access.Operation.CREATE)
                        || context.mayUseTopic(exchange, Access.Operation.CREATE, topic.name());
        if (!mayCreate) {
            return refused(
                    topic, Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed to create topics");
        }
        if (topic.configs().stream().anyMatch(config -> config.value() == null)) {
            return refused(topic, Errors.INVALID_CONFIG, "a setting has no value");
        }
        Map<String, List<Integer>> assignments = assignments(topic);
        boolean hasCounts =
                topic.numPartitions() != DEFAULT || topic.replicationFactor() != DEFAULT;
        if (assignments != null && hasCounts) {
            return refused(
                    topic,
                    Errors.INVALID_REQUEST,
                    "give either counts (-1 for none) or assignments, not both");
        }
        TopicCreation.Wanted wanted =
                new TopicCreation.Wanted(
                        topic.name(),
                        given(topic.numPartitions()),
                        given(topic.replicationFactor()),
                        assignments,
                        topic.configs().stream()
                                .map(
                                        config ->
                                                new TopicCreation.Setting(
                                                        config.name(), config.value()))
                                .toList(),
                        request.validateOnly(),
                        false);
        if (!request.validateOnly()) {
            exchange.uses(Throttle.Kind.CONTROLLER_MUTATIONS, partitionCount(topic));
        }
        Duration timeout = ControllerClient.timeout(request.timeoutMs());
        CompletableFuture<Answer> answer =
                TopicCreation.create(context, controller, wanted, timeout);
        return (request.validateOnly()
                        ? answer
                        : ControllerClient.within(request.timeoutMs(), answer))
                .thenApply(done -> result(topic, done));
    }

    /** As far as the request says it: the cluster's default number counts as one. */
    private static int partitionCount(CreatableTopic topic) {
        return Math.max(1, Math.max(topic.numPartitions(), topic.assignments().size()));
    }

    private static @Nullable Integer given(int count) {
        return count == DEFAULT ? null : count;
    }

    private static @Nullable Map<String, List<Integer>> assignments(CreatableTopic topic) {
        if (topic.assignments().isEmpty()) {
            return null;
        }
        Map<String, List<Integer>> assignments = new TreeMap<>();
        for (CreatableReplicaAssignment each : topic.assignments()) {
            assignments.put(Integer.toString(each.partitionIndex()), each.brokerIds());
        }
        return assignments;
    }

    private static CompletableFuture<CreatableTopicResult> refused(
            CreatableTopic topic, Errors error, String text) {
        return CompletableFuture.completedFuture(failed(topic, error, text));
    }

    private static CreatableTopicResult failed(CreatableTopic topic, Errors error, String text) {
        return new CreatableTopicResult()
                .setName(topic.name())
                .setErrorCode(error.code())
                .setErrorMessage(text);
    }

    @SuppressWarnings("NullAway") // Kafka's setters take null where the protocol has it.
    private CreatableTopicResult result(CreatableTopic topic, Answer answer) {
        if (!answer.isDone()) {
            return failed(topic, Errors.forCode(answer.code().number()), answer.text());
        }
        JsonNode body = answer.body();
        CreatableTopicResult result =
                new CreatableTopicResult()
                        .setName(topic.name())
                        .setErrorMessage(null)
                        .setNumPartitions(body.path("partitions_count").asInt(DEFAULT))
                        .setReplicationFactor(
                                (short) body.path("replication_factor").asInt(DEFAULT));
        TopicImage made = context.image().get().topics().get(topic.name());
        if (made != null) {
            result.setTopicId(TopicNames.uuid(made.id()));
        }
        return result.setConfigs(
                TopicConfigs.created(
                        made == null
                                ? TopicConfig.of(given(topic))
                                : TopicConfig.of(made.config())));
    }

    private static Map<String, String> given(CreatableTopic topic) {
        Map<String, String> given = new TreeMap<>();
        topic.configs()
                .forEach(
                        config -> {
                            given.put(config.name(), config.value());
                        });
        return given;
    }
}
