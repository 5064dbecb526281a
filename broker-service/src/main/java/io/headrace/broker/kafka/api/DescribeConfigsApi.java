package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/** {@code DescribeConfigs} of topics and of this broker. */
final class DescribeConfigsApi implements Api<DescribeConfigsRequestData> {

    /** What the own settings are where nothing is set, by Kafka's names. */
    private static final Map<String, String> OWN_DEFAULTS =
            Map.of(
                    "auto.create.topics.enable", "true",
                    "broker.id", "-1",
                    "socket.request.max.bytes", "104857600");

    private final ApiContext context;
    private final BrokerSettings settings;

    DescribeConfigsApi(ApiContext context, BrokerSettings settings) {
        this.context = context;
        this.settings = settings;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_CONFIGS;
    }

    @Override
    public void handle(Exchange exchange, DescribeConfigsRequestData request) {
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        for (DescribeConfigsResource resource : request.resources()) {
            response.results()
                    .add(
                            result(exchange, request, resource)
                                    .setResourceType(resource.resourceType())
                                    .setResourceName(resource.resourceName()));
        }
        exchange.answer(response);
    }

    private DescribeConfigsResult result(
            Exchange exchange,
            DescribeConfigsRequestData request,
            DescribeConfigsResource resource) {
        return switch (ConfigResource.Type.forId(resource.resourceType())) {
            case TOPIC -> ofTopic(exchange, request, resource);
            case BROKER -> ofBroker(exchange, request, resource);
            case BROKER_LOGGER, CLIENT_METRICS, GROUP, UNKNOWN ->
                    failed(Errors.INVALID_REQUEST, "this kind of resource has no settings here");
        };
    }

    private DescribeConfigsResult ofTopic(
            Exchange exchange,
            DescribeConfigsRequestData request,
            DescribeConfigsResource resource) {
        String name = resource.resourceName();
        if (!context.mayUseTopic(exchange, Access.Operation.DESCRIBE_CONFIGS, name)) {
            return failed(Errors.TOPIC_AUTHORIZATION_FAILED, "not allowed");
        }
        if (TopicName.problem(name).isPresent()) {
            return failed(Errors.INVALID_TOPIC_EXCEPTION, TopicName.problem(name).get());
        }
        TopicImage topic = context.image().get().topics().get(name);
        if (topic == null) {
            return failed(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic named '" + name + "'");
        }
        return wanted(
                resource,
                TopicConfigs.described(
                        topic.config(),
                        settings.topicDefaults(),
                        request.includeSynonyms(),
                        request.includeDocumentation()));
    }

    private DescribeConfigsResult ofBroker(
            Exchange exchange,
            DescribeConfigsRequestData request,
            DescribeConfigsResource resource) {
        if (!context.mayUseCluster(exchange, Access.Operation.DESCRIBE_CONFIGS)) {
            return failed(Errors.CLUSTER_AUTHORIZATION_FAILED, "not allowed");
        }
        String name = resource.resourceName();
        if (name.isEmpty()) {
            return wanted(resource, List.of()); // nothing is set for all brokers by the protocol
        }
        if (!name.equals(Integer.toString(context.replicas().brokerId()))) {
            return failed(
                    Errors.INVALID_REQUEST,
                    "broker " + context.replicas().brokerId() + " answers for itself only");
        }
        List<DescribeConfigsResourceResult> all = new ArrayList<>();
        new TreeMap<>(settings.own()).forEach((key, value) -> all.add(own(key, value, request)));
        new TreeMap<>(
                        context.image()
                                .get()
                                .brokerConfigs()
                                .getOrDefault(context.replicas().brokerId(), Map.of()))
                .forEach((key, value) -> all.add(changed(key, value, request)));
        return wanted(resource, all);
    }

    /** Out of the broker's file. */
    private static DescribeConfigsResourceResult own(
            String key, String value, DescribeConfigsRequestData request) {
        String byDefault = OWN_DEFAULTS.get(key);
        List<DescribeConfigsSynonym> origins = new ArrayList<>(2);
        if (!value.equals(byDefault)) {
            origins.add(origin(key, value, ConfigSource.STATIC_BROKER_CONFIG));
        }
        if (byDefault != null) {
            origins.add(origin(key, byDefault, ConfigSource.DEFAULT_CONFIG));
        }
        return shown(origins, request).setReadOnly(true);
    }

    /** At run time. */
    private static DescribeConfigsResourceResult changed(
            String key, String value, DescribeConfigsRequestData request) {
        return shown(List.of(origin(key, value, ConfigSource.DYNAMIC_BROKER_CONFIG)), request);
    }

    private static DescribeConfigsSynonym origin(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    /**
     * @param origins of the value, the one in force first
     */
    private static DescribeConfigsResourceResult shown(
            List<DescribeConfigsSynonym> origins, DescribeConfigsRequestData request) {
        DescribeConfigsSynonym inForce = origins.getFirst();
        return new DescribeConfigsResourceResult()
                .setName(inForce.name())
                .setValue(inForce.value())
                .setConfigSource(inForce.source())
                .setConfigType(ConfigTypes.ofBroker(inForce.name()))
                .setSynonyms(request.includeSynonyms() ? origins : List.of())
                .setDocumentation(request.includeDocumentation() ? "" : null);
    }

    private static DescribeConfigsResult wanted(
            DescribeConfigsResource resource, List<DescribeConfigsResourceResult> all) {
        List<String> keys = resource.configurationKeys();
        return new DescribeConfigsResult()
                .setConfigs(
                        keys == null || keys.isEmpty()
                                ? all
                                : all.stream().filter(each -> keys.contains(each.name())).toList());
    }

    private static DescribeConfigsResult failed(Errors error, String text) {
        return new DescribeConfigsResult().setErrorCode(error.code()).setErrorMessage(text);
    }
}
