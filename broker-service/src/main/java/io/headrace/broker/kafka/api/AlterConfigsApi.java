package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.ConfigChanges.Change;
import io.headrace.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
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
        Set<String> twice =
                ConfigChanges.twice(request.resources().stream().map(AlterConfigsApi::identity));
        List<CompletableFuture<AlterConfigsResourceResponse>> results = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            results.add(
                    twice.contains(identity(resource))
                            ? failed(
                                    resource,
                                    Errors.INVALID_REQUEST,
                                    "the resource is named twice in one request")
                            : replace(exchange, resource, request.validateOnly()));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)),
                all -> {
                    AlterConfigsResponseData response = new AlterConfigsResponseData();
                    results.forEach(result -> response.responses().add(result.join()));
                    return response;
                });
    }

    private static String identity(AlterConfigsResource resource) {
        return resource.resourceType() + " " + resource.resourceName();
    }

    private CompletableFuture<AlterConfigsResourceResponse> replace(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        String name = resource.resourceName();
        return switch (ConfigResource.Type.forId(resource.resourceType())) {
            case TOPIC ->
                    context.mayUseTopic(exchange, Access.Operation.ALTER_CONFIGS, name)
                            ? passedOn(resource, ConfigChanges.Of.topic(name), validateOnly)
                            : failed(resource, Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed");
            case BROKER -> replaceOfBroker(exchange, resource, validateOnly);
            case BROKER_LOGGER, CLIENT_METRICS, GROUP, UNKNOWN ->
                    failed(
                            resource,
                            Errors.INVALID_REQUEST,
                            "only topics and brokers have settings that can be altered");
        };
    }

    private CompletableFuture<AlterConfigsResourceResponse> replaceOfBroker(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        if (!context.mayUseCluster(exchange, Access.Operation.ALTER_CONFIGS)) {
            return failed(resource, Errors.CLUSTER_AUTHORIZATION_FAILED, "not allowed");
        }
        return resource.resourceName().isEmpty()
                ? failed(
                        resource,
                        Errors.INVALID_REQUEST,
                        "settings for all brokers are in their configuration files")
                : passedOn(
                        resource, ConfigChanges.Of.broker(resource.resourceName()), validateOnly);
    }

    private CompletableFuture<AlterConfigsResourceResponse> passedOn(
            AlterConfigsResource resource, ConfigChanges.Of of, boolean validateOnly) {
        List<Change> all = new ArrayList<>();
        for (AlterableConfig config : resource.configs()) {
            String value = config.value();
            if (value == null) {
                return failed(resource, Errors.INVALID_REQUEST, config.name() + " has no value");
            }
            all.add(Change.set(config.name(), value));
        }
        return ConfigChanges.replace(controller, of, all, validateOnly)
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
