package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.PartitionAnswers.Named;
import io.headrace.broker.security.Access;
import io.headrace.model.topic.TopicPartition;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code AlterPartitionReassignments}: passed on to the controller, which moves partitions. Where
 * nobody decided, the answer as a whole says so: only then Kafka's clients try again.
 */
final class AlterPartitionReassignmentsApi implements Api<AlterPartitionReassignmentsRequestData> {

    private record Wanted(
            @JsonProperty("data") List<Named> data,
            @JsonProperty("allow_replication_factor_change") boolean mayChangeFactor) {}

    private final ApiContext context;
    private final ControllerClient controller;

    AlterPartitionReassignmentsApi(ApiContext context, ControllerClient controller) {
        this.context = context;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ALTER_PARTITION_REASSIGNMENTS;
    }

    @Override
    public void handle(Exchange exchange, AlterPartitionReassignmentsRequestData request) {
        if (!context.mayUseCluster(exchange, Access.Operation.ALTER)) {
            exchange.answer(
                    new AlterPartitionReassignmentsResponseData()
                            .setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
            return;
        }
        if (request.topics().isEmpty()) {
            exchange.answer(new AlterPartitionReassignmentsResponseData());
            return;
        }
        Set<TopicPartition> twice = new HashSet<>();
        List<Named> wanted = wanted(request, twice);
        if (wanted.isEmpty()) {
            exchange.answer(response(request, twice, PartitionAnswers.none()));
            return;
        }
        exchange.answerWhen(
                controller.call(
                        "POST",
                        "/topics/-/partitions/-/reassignment",
                        Optional.of(new Wanted(wanted, request.allowReplicationFactorChange())),
                        ControllerClient.timeout(request.timeoutMs())),
                answer -> response(request, twice, new PartitionAnswers(answer)));
    }

    /** What the controller can be asked; not what contradicts itself. */
    private static List<Named> wanted(
            AlterPartitionReassignmentsRequestData request, Set<TopicPartition> twice) {
        Map<TopicPartition, Named> wanted = new LinkedHashMap<>();
        for (ReassignableTopic topic : request.topics()) {
            for (ReassignablePartition partition : topic.partitions()) {
                if (partition.partitionIndex() >= 0) {
                    TopicPartition tp =
                            new TopicPartition(topic.name(), partition.partitionIndex());
                    Named named = new Named(tp.topic(), tp.partition(), partition.replicas());
                    if (wanted.put(tp, named) != null) {
                        twice.add(tp);
                    }
                }
            }
        }
        wanted.keySet().removeAll(twice);
        return List.copyOf(wanted.values());
    }

    @SuppressWarnings("NullAway") // Kafka's setters take null where the protocol has it.
    private static AlterPartitionReassignmentsResponseData response(
            AlterPartitionReassignmentsRequestData request,
            Set<TopicPartition> twice,
            PartitionAnswers answers) {
        AlterPartitionReassignmentsResponseData response =
                new AlterPartitionReassignmentsResponseData()
                        .setErrorCode(answers.ofAll().code())
                        .setErrorMessage(answers.ofAll().text())
                        .setAllowReplicationFactorChange(request.allowReplicationFactorChange());
        request.topics()
                .forEach(
                        topic -> {
                            ReassignableTopicResponse results =
                                    new ReassignableTopicResponse().setName(topic.name());
                            topic.partitions()
                                    .forEach(
                                            partition -> {
                                                PartitionAnswers.Result result =
                                                        result(
                                                                topic.name(),
                                                                partition.partitionIndex(),
                                                                twice,
                                                                answers);
                                                results.partitions()
                                                        .add(
                                                                new ReassignablePartitionResponse()
                                                                        .setPartitionIndex(
                                                                                partition
                                                                                        .partitionIndex())
                                                                        .setErrorCode(result.code())
                                                                        .setErrorMessage(
                                                                                result.text()));
                                            });
                            response.responses().add(results);
                        });
        return response;
    }

    private static PartitionAnswers.Result result(
            String topic, int partition, Set<TopicPartition> twice, PartitionAnswers answers) {
        return partition >= 0 && twice.contains(new TopicPartition(topic, partition))
                ? new PartitionAnswers.Result(
                        Errors.INVALID_REQUEST.code(),
                        "the partition is named twice in one request")
                : answers.of(topic, partition);
    }
}
