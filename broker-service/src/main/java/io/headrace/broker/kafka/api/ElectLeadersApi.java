package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.PartitionAnswers.Named;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code ElectLeaders}: passed on to the controller, which elects. */
final class ElectLeadersApi implements Api<ElectLeadersRequestData> {

    private record Wanted(
            @JsonProperty("election_type") String type, @JsonProperty("data") List<Named> data) {}

    private final ApiContext context;
    private final ControllerClient controller;

    ElectLeadersApi(ApiContext context, ControllerClient controller) {
        this.context = context;
        this.controller = controller;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.ELECT_LEADERS;
    }

    @Override
    public void handle(Exchange exchange, ElectLeadersRequestData request) {
        if (!context.mayUseCluster(exchange, Access.Operation.ALTER)) {
            exchange.answer(
                    new ElectLeadersResponseData()
                            .setErrorCode(Errors.CLUSTER_AUTHORIZATION_FAILED.code()));
            return;
        }
        boolean isUnclean = request.electionType() == ElectionType.UNCLEAN.value;
        List<Named> wanted =
                request.topicPartitions() == null
                        ? inNeed(context.image().get(), isUnclean)
                        : named(request);
        if (wanted.isEmpty()) {
            exchange.answer(new ElectLeadersResponseData());
            return;
        }
        exchange.answerWhen(
                controller.call(
                        "POST",
                        "/topics/-/partitions:elect-leaders",
                        Optional.of(new Wanted(isUnclean ? "unclean" : "preferred", wanted)),
                        ControllerClient.timeout(request.timeoutMs())),
                answer -> response(wanted, new PartitionAnswers(answer)));
    }

    private static List<Named> named(ElectLeadersRequestData request) {
        List<Named> wanted = new ArrayList<>();
        request.topicPartitions()
                .forEach(
                        topic ->
                                topic.partitions()
                                        .forEach(
                                                partition ->
                                                        wanted.add(
                                                                new Named(
                                                                        topic.topic(),
                                                                        partition,
                                                                        null))));
        return wanted;
    }

    /** All that have another leader than the first of their assignment, or none at all. */
    private static List<Named> inNeed(ClusterImage image, boolean isUnclean) {
        List<Named> wanted = new ArrayList<>();
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                int leader = topic.states().get(p).leader();
                boolean isNeeded =
                        isUnclean
                                ? !image.brokers().containsKey(leader)
                                : leader != topic.target(p).getFirst();
                if (isNeeded) {
                    wanted.add(new Named(topic.name(), p, null));
                }
            }
        }
        return wanted;
    }

    private static ElectLeadersResponseData response(List<Named> wanted, PartitionAnswers answers) {
        Map<String, ReplicaElectionResult> topics = new TreeMap<>();
        for (Named each : wanted) {
            PartitionAnswers.Result result = answers.of(each.topic(), each.partition());
            topics.computeIfAbsent(each.topic(), name -> new ReplicaElectionResult().setTopic(name))
                    .partitionResult()
                    .add(
                            new PartitionResult()
                                    .setPartitionId(each.partition())
                                    .setErrorCode(result.code())
                                    .setErrorMessage(result.text()));
        }
        return new ElectLeadersResponseData()
                .setReplicaElectionResults(List.copyOf(topics.values()));
    }
}
