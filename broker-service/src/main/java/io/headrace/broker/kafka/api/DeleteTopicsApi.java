package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code DeleteTopics}, by name or id: each topic is passed to the controller by itself. */
final class DeleteTopicsApi implements Api<DeleteTopicsRequestData> {

    private static final int WITH_STATES = 6;

    private final ApiContext context;
    private final TopicNames names;
    private final ControllerClient controller;

    DeleteTopicsApi(ApiContext context, TopicNames names, ControllerClient controller) {
        this.context = context;
        this.names = names;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_TOPICS;
    }

    @Override
    public void handle(Exchange exchange, DeleteTopicsRequestData request) {
        List<CompletableFuture<DeletableTopicResult>> results = new ArrayList<>();
        for (DeleteTopicState state : new LinkedHashSet<>(wanted(exchange, request))) {
            results.add(delete(exchange, state, request.timeoutMs()));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)),
                all -> {
                    DeleteTopicsResponseData response = new DeleteTopicsResponseData();
                    results.forEach(result -> response.responses().add(result.join()));
                    return response;
                });
    }

    private static List<DeleteTopicState> wanted(
            Exchange exchange, DeleteTopicsRequestData request) {
        if (exchange.version() >= WITH_STATES) {
            return request.topics();
        }
        Set<String> distinct = new LinkedHashSet<>(request.topicNames());
        return distinct.stream().map(name -> new DeleteTopicState().setName(name)).toList();
    }

    private CompletableFuture<DeletableTopicResult> delete(
            Exchange exchange, DeleteTopicState state, int timeoutMs) {
        boolean isById = !Uuid.ZERO_UUID.equals(state.topicId());
        if (isById == (state.name() != null)) {
            return failed(state, Errors.INVALID_REQUEST, "a topic has either a name or an id here");
        }
        Optional<TopicImage> found =
                isById ? names.find(state.topicId()) : context.image().get().topic(state.name());
        if (found.isEmpty()) {
            return isById
                    ? failed(state, Errors.UNKNOWN_TOPIC_ID, "there is no topic with this id")
                    : failed(
                            state,
                            Errors.UNKNOWN_TOPIC_OR_PARTITION,
                            "there is no topic named '" + state.name() + "'");
        }
        TopicImage topic = found.get();
        if (!context.mayUseTopic(exchange, Access.Operation.DELETE, topic.name())) {
            return failed(state, Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed to delete");
        }
        exchange.uses(Throttle.Kind.CONTROLLER_MUTATIONS, topic.partitionCount());
        CompletableFuture<Answer> deleted =
                controller
                        .call(
                                "DELETE",
                                "/topics/"
                                        + ControllerClient.segment(topic.name())
                                        + (isById ? "?topic_id=" + topic.id() : ""),
                                Optional.empty(),
                                ControllerClient.timeout(timeoutMs))
                        .thenCompose(answer -> gone(topic, answer));
        return ControllerClient.within(timeoutMs, deleted)
                .thenApply(answer -> result(state, topic, answer));
    }

    /** Passes on an answer of the controller when this broker does not show the topic any more. */
    private CompletableFuture<Answer> gone(TopicImage topic, Answer answer) {
        if (!answer.isDone()) {
            return CompletableFuture.completedFuture(answer);
        }
        return context.replicas()
                .arrivals()
                .awaitGone(topic.name(), topic.id(), TopicCreation.ARRIVAL_WAIT.toMillis())
                .thenApply(here -> answer);
    }

    private static DeletableTopicResult result(
            DeleteTopicState state, TopicImage topic, Answer answer) {
        boolean isUnknownById =
                state.name() == null && answer.code() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        return new DeletableTopicResult()
                .setName(isUnknownById ? state.name() : topic.name())
                .setTopicId(TopicNames.uuid(topic.id()))
                .setErrorCode(
                        isUnknownById ? Errors.UNKNOWN_TOPIC_ID.code() : answer.code().number())
                .setErrorMessage(answer.isDone() ? null : answer.text());
    }

    private static CompletableFuture<DeletableTopicResult> failed(
            DeleteTopicState state, Errors error, String text) {
        return CompletableFuture.completedFuture(
                new DeletableTopicResult()
                        .setName(state.name())
                        .setTopicId(state.topicId())
                        .setErrorCode(error.code())
                        .setErrorMessage(text));
    }
}
