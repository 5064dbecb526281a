package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.ConfigChanges.Change;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicSetting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

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
        List<CompletableFuture<AlterConfigsResourceResponse>> results = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            results.add(alter(exchange, resource, request.validateOnly()));
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

    private CompletableFuture<AlterConfigsResourceResponse> alter(
            Exchange exchange, AlterConfigsResource resource, boolean validateOnly) {
        if (resource.resourceType() == ConfigResource.Type.BROKER.id()) {
            return alterBroker(exchange, resource, validateOnly);
        }
        if (resource.resourceType() != ConfigResource.Type.TOPIC.id()) {
            return failed(
                    resource,
                    Errors.INVALID_REQUEST,
                    "only topics and brokers have settings that can be altered");
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
        if (resource.configs().stream().map(AlterableConfig::name).distinct().count()
                < resource.configs().size()) {
            return failed(resource, Errors.INVALID_REQUEST, "a setting is named twice");
        }
        if (resource.configs().stream().anyMatch(IncrementalAlterConfigsApi::lacksValue)) {
            return failed(resource, Errors.INVALID_REQUEST, "a setting has no value");
        }
        List<Change> changes = new ArrayList<>();
        try {
            for (AlterableConfig config : resource.configs()) {
                changes.add(change(topic.get(), config));
            }
        } catch (InvalidConfigurationException e) {
            return failed(resource, Errors.INVALID_CONFIG, String.valueOf(e.getMessage()));
        }
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
            if (operation == AlterConfigOp.OpType.DELETE) {
                changes.add(Change.delete(config.name()));
            } else if (operation == AlterConfigOp.OpType.SET && config.value() != null) {
                changes.add(Change.set(config.name(), config.value()));
            } else {
                return failed(
                        resource, Errors.INVALID_REQUEST, "only SET with a value and DELETE fit");
            }
        }
        if (changes.isEmpty()) {
            return failed(resource, Errors.NONE, "");
        }
        return ConfigChanges.applyToBroker(
                        controller, resource.resourceName(), changes, validateOnly)
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

    private static Change change(TopicImage topic, AlterableConfig config) {
        String name = config.name();
        TopicSetting setting =
                TopicSetting.byName(name)
                        .orElseThrow(
                                () ->
                                        new InvalidConfigurationException(
                                                "there is no topic setting '" + name + "'"));
        AlterConfigOp.OpType operation = AlterConfigOp.OpType.forId(config.configOperation());
        if (operation == AlterConfigOp.OpType.DELETE) {
            return Change.delete(name);
        }
        if (operation == null) {
            throw new InvalidConfigurationException(
                    "'" + name + "' needs one of the known operations");
        }
        String value = config.value();
        return Change.set(
                name,
                operation == AlterConfigOp.OpType.SET
                        ? value
                        : list(topic, setting, operation, value));
    }

    private static String list(
            TopicImage topic, TopicSetting setting, AlterConfigOp.OpType operation, String value) {
        if (ConfigTypes.of(setting.settingName()) != ConfigType.LIST.id()) {
            throw new InvalidConfigurationException(
                    "'" + setting.settingName() + "' is not a list, so only SET and DELETE fit");
        }
        String now = topic.config().getOrDefault(setting.settingName(), setting.defaultValue());
        Set<String> words = new LinkedHashSet<>(words(now));
        if (operation == AlterConfigOp.OpType.APPEND) {
            words.addAll(words(value));
        } else {
            words.removeAll(new LinkedHashSet<>(words(value)));
        }
        return String.join(",", words);
    }

    private static List<String> words(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
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
