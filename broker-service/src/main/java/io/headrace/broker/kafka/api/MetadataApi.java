package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.quota.Throttle;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.GatewayClients;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code Metadata}: brokers by the listener that was asked through, topics with their leaders.
 *
 * <p>The controller is said to be this broker: it passes on what the controller decides. An unknown
 * topic is created when both the client and the broker's settings allow it; the answer then says
 * what to do next, ask again.
 */
final class MetadataApi implements Api<MetadataRequestData> {

    private final ApiContext context;
    private final TopicNames names;
    private final ControllerClient controller;

    MetadataApi(ApiContext context, TopicNames names, ControllerClient controller) {
        this.context = context;
        this.names = names;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.METADATA;
    }

    @Override
    public void handle(Exchange exchange, MetadataRequestData request) {
        context.doctor().look(exchange.client());
        ClusterImage image = context.image().get();
        MetadataResponseData response = new MetadataResponseData();
        for (Endpoints.Endpoint broker : Endpoints.all(image, exchange.client().listener())) {
            response.brokers()
                    .add(
                            new MetadataResponseBroker()
                                    .setNodeId(broker.brokerId())
                                    .setHost(broker.host())
                                    .setPort(broker.port())
                                    .setRack(broker.rack()));
        }
        response.setClusterId(image.clusterId()).setControllerId(context.replicas().brokerId());
        if (request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(
                    AuthorizedOperations.ofCluster(context, exchange));
        }
        List<String> missing = new ArrayList<>();
        if (wantsAll(exchange, request)) {
            image.topics().values().stream()
                    .sorted(Comparator.comparing(TopicImage::name))
                    .filter(topic -> maySee(exchange, topic.name()))
                    .forEach(topic -> add(response, topic(exchange, request, image, topic)));
        } else {
            List<MetadataResponseTopic> refused = new ArrayList<>();
            for (MetadataRequestTopic wanted : request.topics()) {
                MetadataResponseTopic topic = topic(exchange, request, image, wanted, missing);
                if (topic.errorCode() == Errors.NONE.code()) {
                    add(response, topic);
                } else {
                    refused.add(topic); // last, as Kafka has it
                }
            }
            refused.forEach(topic -> add(response, topic));
        }
        if (!missing.isEmpty()) {
            exchange.uses(Throttle.Kind.CONTROLLER_MUTATIONS, missing.size());
        }
        var _ = create(missing).whenComplete((done, failure) -> exchange.answer(response));
    }

    /** The client asks again after this answer; by then the topics are there, or it learns why. */
    private CompletableFuture<Void> create(List<String> missing) {
        return CompletableFuture.allOf(
                missing.stream()
                        .map(name -> TopicCreation.createAutomatically(context, controller, name))
                        .toArray(CompletableFuture[]::new));
    }

    /** A name that was asked for twice is answered once. */
    private static void add(MetadataResponseData response, MetadataResponseTopic topic) {
        if (topic.name() == null || response.topics().find(topic.name()) == null) {
            response.topics().add(topic);
        }
    }

    private static boolean wantsAll(Exchange exchange, MetadataRequestData request) {
        return request.topics() == null || (exchange.version() == 0 && request.topics().isEmpty());
    }

    private boolean maySee(Exchange exchange, String topic) {
        return context.mayUseTopic(exchange, Access.Operation.DESCRIBE, topic);
    }

    private MetadataResponseTopic topic(
            Exchange exchange,
            MetadataRequestData request,
            ClusterImage image,
            MetadataRequestTopic wanted,
            List<String> missing) {
        String name = wanted.name();
        if (name == null || !Uuid.ZERO_UUID.equals(wanted.topicId())) {
            Optional<TopicImage> found = names.find(wanted.topicId());
            return found.filter(topic -> maySee(exchange, topic.name()))
                    .map(topic -> topic(exchange, request, image, topic))
                    .orElseGet(() -> refused(Errors.UNKNOWN_TOPIC_ID, null, wanted.topicId()));
        }
        if (!maySee(exchange, name)) {
            return refused(Errors.TOPIC_AUTHORIZATION_FAILED, name, Uuid.ZERO_UUID);
        }
        Optional<TopicImage> found = image.topic(name);
        if (found.isPresent()) {
            return topic(exchange, request, image, found.get());
        }
        if (TopicName.problem(name).isPresent()) {
            return refused(Errors.INVALID_TOPIC_EXCEPTION, name, Uuid.ZERO_UUID);
        }
        if (mayCreate(exchange, request, name)) {
            missing.add(name);
        }
        return refused(Errors.UNKNOWN_TOPIC_OR_PARTITION, name, Uuid.ZERO_UUID);
    }

    private boolean mayCreate(Exchange exchange, MetadataRequestData request, String name) {
        return context.autoCreateTopics()
                && request.allowAutoTopicCreation()
                && !GatewayClients.isGateway(exchange.clientId())
                && !TopicName.isInternal(name)
                && (context.mayUseCluster(exchange, Access.Operation.CREATE)
                        || context.mayUseTopic(exchange, Access.Operation.CREATE, name));
    }

    @SuppressWarnings("NullAway") // Kafka's setters take null where the protocol has it.
    private static MetadataResponseTopic refused(
            Errors error, @org.jspecify.annotations.Nullable String name, Uuid id) {
        return new MetadataResponseTopic()
                .setErrorCode(error.code())
                .setName(name)
                .setTopicId(id)
                .setIsInternal(name != null && TopicName.isInternal(name))
                .setTopicAuthorizedOperations(AuthorizedOperations.NOT_ASKED);
    }

    private MetadataResponseTopic topic(
            Exchange exchange, MetadataRequestData request, ClusterImage image, TopicImage topic) {
        List<MetadataResponsePartition> partitions = new ArrayList<>(topic.partitionCount());
        for (int i = 0; i < topic.partitionCount(); i++) {
            partitions.add(partition(exchange, image, topic, i));
        }
        return new MetadataResponseTopic()
                .setName(topic.name())
                .setTopicId(TopicNames.uuid(topic.id()))
                .setIsInternal(TopicName.isInternal(topic.name()))
                .setPartitions(partitions)
                .setTopicAuthorizedOperations(
                        request.includeTopicAuthorizedOperations()
                                ? AuthorizedOperations.ofTopic(context, exchange, topic.name())
                                : AuthorizedOperations.NOT_ASKED);
    }

    private MetadataResponsePartition partition(
            Exchange exchange, ClusterImage image, TopicImage topic, int index) {
        PartitionState state = topic.states().get(index);
        Optional<BrokerRegistration> leader =
                Optional.ofNullable(image.brokers().get(state.leader()));
        List<Integer> replicas = topic.assignments().get(index);
        MetadataResponsePartition partition =
                new MetadataResponsePartition()
                        .setPartitionIndex(index)
                        .setLeaderId(PartitionState.NO_LEADER)
                        .setLeaderEpoch(state.leaderEpoch())
                        .setReplicaNodes(replicas)
                        .setIsrNodes(state.isr())
                        .setOfflineReplicas(
                                replicas.stream()
                                        .filter(id -> !image.brokers().containsKey(id))
                                        .toList());
        if (leader.isEmpty() || isStillOpening(topic, index, state)) {
            return partition.setErrorCode(Errors.LEADER_NOT_AVAILABLE.code());
        }
        if (!leader.get().endpoints().containsKey(exchange.client().listener())) {
            return partition.setErrorCode(Errors.LISTENER_NOT_FOUND.code());
        }
        return partition.setLeaderId(state.leader());
    }

    /**
     * The image is ahead of this broker's own replicas. A client that were told now would only be
     * refused, and one that has several requests under way might see them taken out of order.
     */
    private boolean isStillOpening(TopicImage topic, int index, PartitionState state) {
        return state.leader() == context.replicas().brokerId()
                && !context.replicas().leads(topic.name(), index, state);
    }
}
