package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.PartitionAnswers.Named;
import io.headrace.broker.security.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignablePartitionResponse;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData.ReassignableTopicResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code AlterPartitionReassignments}: passed on to the controller, which moves partitions. */
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
        List<Named> wanted = new ArrayList<>();
        request.topics()
                .forEach(
                        topic ->
                                topic.partitions()
                                        .forEach(
                                                partition ->
                                                        wanted.add(
                                                                new Named(
                                                                        topic.name(),
                                                                        partition.partitionIndex(),
                                                                        partition.replicas()))));
        if (wanted.isEmpty()) {
            exchange.answer(new AlterPartitionReassignmentsResponseData());
            return;
        }
        exchange.answerWhen(
                controller.call(
                        "POST",
                        "/topics/-/partitions/-/reassignment",
                        Optional.of(new Wanted(wanted, request.allowReplicationFactorChange())),
                        ControllerClient.timeout(request.timeoutMs())),
                answer -> response(request, new PartitionAnswers(answer)));
    }

    private static AlterPartitionReassignmentsResponseData response(
            AlterPartitionReassignmentsRequestData request, PartitionAnswers answers) {
        AlterPartitionReassignmentsResponseData response =
                new AlterPartitionReassignmentsResponseData()
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
                                                        answers.of(
                                                                topic.name(),
                                                                partition.partitionIndex());
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
}
