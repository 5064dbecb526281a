package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.TopicImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingPartitionReassignment;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData.OngoingTopicReassignment;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code ListPartitionReassignments}: the moves in the image. */
final class ListPartitionReassignmentsApi implements Api<ListPartitionReassignmentsRequestData> {

    private final ApiContext context;

    ListPartitionReassignmentsApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_PARTITION_REASSIGNMENTS;
    }

    @Override
    @SuppressWarnings("NullAway") // Kafka's setters take null where the protocol has it.
    public void handle(Exchange exchange, ListPartitionReassignmentsRequestData request) {
        ListPartitionReassignmentsResponseData response =
                new ListPartitionReassignmentsResponseData().setErrorMessage(null);
        if (!context.mayUseCluster(exchange, Access.Operation.DESCRIBE)) {
            exchange.answer(response.setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
            return;
        }
        Map<String, TopicImage> topics = new TreeMap<>(context.image().get().topics());
        Map<String, List<Integer>> wanted = new HashMap<>();
        if (request.topics() != null) {
            request.topics().forEach(each -> wanted.put(each.name(), each.partitionIndexes()));
            topics.keySet().retainAll(wanted.keySet());
        }
        for (TopicImage topic : topics.values()) {
            OngoingTopicReassignment moving = new OngoingTopicReassignment().setName(topic.name());
            new TreeMap<>(topic.moves())
                    .forEach(
                            (partition, move) -> {
                                List<Integer> its = wanted.get(topic.name());
                                if (its == null || its.contains(partition)) {
                                    moving.partitions().add(ongoing(topic, partition, move));
                                }
                            });
            if (!moving.partitions().isEmpty()) {
                response.topics().add(moving);
            }
        }
        exchange.answer(response);
    }

    private static OngoingPartitionReassignment ongoing(
            TopicImage topic, int partition, Move move) {
        return new OngoingPartitionReassignment()
                .setPartitionIndex(partition)
                .setReplicas(topic.assignments().get(partition))
                .setAddingReplicas(move.adding())
                .setRemovingReplicas(move.removing());
    }
}
