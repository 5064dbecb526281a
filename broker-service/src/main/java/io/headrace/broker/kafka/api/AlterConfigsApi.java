package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.ConfigChanges.Change;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code AlterConfigs} of old clients: replaces all settings of a topic by the given ones. */
final class AlterConfigsApi implements Api<AlterConfigsRequestData> {

    private final ApiContext context;
    private final ControllerClient controller;

    AlterConfigsApi(ApiContext context, ControllerClient controller) {
        this.context = context;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public void handle(Exchange exchange, AlterConfigsRequestData request) {
        List<CompletableFuture<AlterConfigsResourceResponse>> results = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            results.add(replace(exchange, resource, request.validateOnly()));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)),
                all -> {
                    AlterConfigsResponseData response = new AlterConfigsResponseData();
                    results.forEach(result -> response.responses().add(result.join()));
                    return response;
                });
    }

    private CompletableFuture<AlterConfigsResourceResponse> replace(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        if (resource.resourceType() != ConfigResource.Type.TOPIC.id()) {
            return failed(
                    resource, Errors.INVALID_REQUEST, "only topics have settings to be altered");
        }
        String name = resource.resourceName();
        if (!context.mayUseTopic(exchange, Access.Operation.ALTER_CONFIGS, name)) {
            return failed(resource, Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed");
        }
        Optional<TopicImage> topic = context.image().get().topic(name);
        if (topic.isEmpty()) {
            return failed(
                    resource,
                    Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "there is no topic named '" + name + "'");
        }
        List<Change> changes = new ArrayList<>();
        Set<String> kept = new HashSet<>();
        for (AlterableConfig config : resource.configs()) {
            String value = config.value();
            if (value == null) {
                return failed(resource, Errors.INVALID_REQUEST, config.name() + " has no value");
            }
            kept.add(config.name());
            changes.add(Change.set(config.name(), value));
        }
        topic.get().config().keySet().stream()
                .filter(set -> !kept.contains(set))
                .sorted()
                .forEach(set -> changes.add(Change.delete(set)));
        if (changes.isEmpty()) {
            return failed(resource, Errors.NONE, "");
        }
        return ConfigChanges.apply(controller, name, changes, validateOnly)
                .thenApply(
                        answer ->
                                answered(
                                        resource,
                                        Errors.forCode(answer.code().number()),
                                        answer.text()));
    }

    private static CompletableFuture<AlterConfigsResourceResponse> failed(
            AlterConfigsResource resource, Errors error, String text) {
        return CompletableFuture.completedFuture(answered(resource, error, text));
    }

    private static AlterConfigsResourceResponse answered(
            AlterConfigsResource resource, Errors error, String text) {
        return new AlterConfigsResourceResponse()
                .setResourceType(resource.resourceType())
                .setResourceName(resource.resourceName())
                .setErrorCode(error.code())
                .setErrorMessage(error == Errors.NONE ? null : text);
    }
}
