package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.ConfigChanges.Change;
import io.headrace.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code IncrementalAlterConfigs} of topics: set, delete, and append to or subtract from a list;
 * and of those settings of brokers that are not in their configuration files.
 */
final class IncrementalAlterConfigsApi implements Api<IncrementalAlterConfigsRequestData> {

    private final ApiContext context;
    private final ControllerClient controller;

    IncrementalAlterConfigsApi(ApiContext context, ControllerClient controller) {
        this.context = context;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public void handle(Exchange exchange, IncrementalAlterConfigsRequestData request) {
        Set<String> twice =
                ConfigChanges.twice(
                        request.resources().stream().map(IncrementalAlterConfigsApi::identity));
        List<CompletableFuture<AlterConfigsResourceResponse>> results = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            results.add(
                    twice.contains(identity(resource))
                            ? failed(
                                    resource,
                                    Errors.INVALID_REQUEST,
                                    "the resource is named twice in one request")
                            : alter(exchange, resource, request.validateOnly()));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.toArray(CompletableFuture[]::new)),
                all -> {
                    IncrementalAlterConfigsResponseData response =
                            new IncrementalAlterConfigsResponseData();
                    results.forEach(result -> response.responses().add(result.join()));
                    return response;
                });
    }

    private static String identity(AlterConfigsResource resource) {
        return resource.resourceType() + " " + resource.resourceName();
    }

    private CompletableFuture<AlterConfigsResourceResponse> alter(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        return switch (ConfigResource.Type.forId(resource.resourceType())) {
            case TOPIC -> alterTopic(exchange, resource, validateOnly);
            case BROKER -> alterBroker(exchange, resource, validateOnly);
            case BROKER_LOGGER, CLIENT_METRICS, GROUP, UNKNOWN ->
                    failed(
                            resource,
                            Errors.INVALID_REQUEST,
                            "only topics and brokers have settings that can be altered");
        };
    }

    private CompletableFuture<AlterConfigsResourceResponse> alterTopic(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        String name = resource.resourceName();
        if (!context.mayUseTopic(exchange, Access.Operation.ALTER_CONFIGS, name)) {
            return failed(resource, Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed");
        }
        if (!ConfigChanges.twice(resource.configs().stream().map(AlterableConfig::name))
                .isEmpty()) {
            return failed(resource, Errors.INVALID_REQUEST, "a setting is named twice");
        }
        if (resource.configs().stream().anyMatch(IncrementalAlterConfigsApi::lacksValue)) {
            return failed(resource, Errors.INVALID_REQUEST, "a setting has no value");
        }
        if (resource.configs().isEmpty()) {
            boolean isThere = context.image().get().topic(name).isPresent();
            return failed(
                    resource,
                    isThere ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION,
                    "there is no topic named '" + name + "'");
        }
        List<Change> changes = new ArrayList<>();
        for (AlterableConfig config : resource.configs()) {
            AlterConfigOp.OpType operation = AlterConfigOp.OpType.forId(config.configOperation());
            if (operation == null) {
                return failed(
                        resource,
                        Errors.INVALID_CONFIG,
                        "'" + config.name() + "' needs one of the known operations");
            }
            changes.add(Change.of(config.name(), config.value(), operation));
        }
        return passedOn(resource, ConfigChanges.Of.topic(name), changes, validateOnly);
    }

    /** The few settings of a broker that change while it runs; the others are in its file. */
    private CompletableFuture<AlterConfigsResourceResponse> alterBroker(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        if (!context.mayUseCluster(exchange, Access.Operation.ALTER_CONFIGS)) {
            return failed(resource, Errors.CLUSTER_AUTHORIZATION_FAILED, "not allowed");
        }
        if (resource.resourceName().isEmpty()) {
            return failed(
                    resource,
                    Errors.INVALID_REQUEST,
                    "settings for all brokers are in their configuration files");
        }
        List<Change> changes = new ArrayList<>();
        for (AlterableConfig config : resource.configs()) {
            AlterConfigOp.OpType operation = AlterConfigOp.OpType.forId(config.configOperation());
            if (operation == null || lacksValue(config)) {
                return failed(
                        resource, Errors.INVALID_REQUEST, "only SET with a value and DELETE fit");
            }
            if (operation == AlterConfigOp.OpType.APPEND
                    || operation == AlterConfigOp.OpType.SUBTRACT) {
                return failed(
                        resource, Errors.INVALID_CONFIG, "'" + config.name() + "' is not a list");
            }
            changes.add(Change.of(config.name(), config.value(), operation));
        }
        if (changes.isEmpty()) {
            return failed(resource, Errors.NONE, "");
        }
        return passedOn(
                resource, ConfigChanges.Of.broker(resource.resourceName()), changes, validateOnly);
    }

    private CompletableFuture<AlterConfigsResourceResponse> passedOn(
            AlterConfigsResource resource,
            ConfigChanges.Of of,
            List<Change> changes,
            boolean validateOnly) {
        return ConfigChanges.apply(controller, of, changes, validateOnly)
                .thenApply(
                        answer ->
                                answered(
                                        resource,
                                        Errors.forCode(answer.code().number()),
                                        answer.text()));
    }

    private static boolean lacksValue(AlterableConfig config) {
        return config.value() == null
                && config.configOperation() != AlterConfigOp.OpType.DELETE.id();
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
