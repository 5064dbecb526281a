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
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.ElectLeadersResponseData.PartitionResult;
import org.apache.kafka.common.message.ElectLeadersResponseData.ReplicaElectionResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code ElectLeaders}: passed on to the controller, which elects. Many partitions go in parts, one
 * after the other, so that the controller has time for others in between; the first part that fails
 * is the last.
 */
final class ElectLeadersApi implements Api<ElectLeadersRequestData> {

    /** With the longest names well below what an admin-service takes in one body (1 MB). */
    static final int PART_COUNT_MAX = 2_000;

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
        if (request.topicPartitions() != null && request.topicPartitions().isEmpty()) {
            exchange.answer(new ElectLeadersResponseData());
            return;
        }
        boolean isUnclean = request.electionType() == ElectionType.UNCLEAN.value;
        if (!isUnclean && request.electionType() != ElectionType.PREFERRED.value) {
            exchange.answer(noSuchType(request));
            return;
        }
        List<Named> wanted =
                request.topicPartitions() == null
                        ? inNeed(context.image().get(), isUnclean)
                        : named(request);
        List<Named> asked = wanted.stream().filter(each -> each.partition() >= 0).toList();
        if (asked.isEmpty()) {
            exchange.answer(response(wanted, PartitionAnswers.none()));
            return;
        }
        long deadlineNs =
                System.nanoTime() + ControllerClient.timeout(request.timeoutMs()).toNanos();
        exchange.answerWhen(
                elect(
                        controller,
                        isUnclean ? "unclean" : "preferred",
                        asked,
                        PartitionAnswers.none(),
                        deadlineNs),
                answers -> response(wanted, answers));
    }

    /**
     * @param left at least one
     * @param before of those that were asked for already
     * @param deadlineNs of all parts; one that begins late has as long as a hasty client gives
     */
    static CompletableFuture<PartitionAnswers> elect(
            ControllerClient controller,
            String type,
            List<Named> left,
            PartitionAnswers before,
            long deadlineNs) {
        List<Named> part = left.subList(0, Math.min(PART_COUNT_MAX, left.size()));
        List<Named> rest = left.subList(part.size(), left.size());
        long leftMs = Math.max(0, (deadlineNs - System.nanoTime()) / 1_000_000);
        return controller
                .call(
                        "POST",
                        "/topics/-/partitions:elect-leaders",
                        Optional.of(new Wanted(type, part)),
                        ControllerClient.timeout((int) leftMs))
                .thenCompose(
                        answer -> {
                            PartitionAnswers all = before.and(answer);
                            return rest.isEmpty() || !answer.isDone()
                                    ? CompletableFuture.completedFuture(all)
                                    : elect(controller, type, rest, all, deadlineNs);
                        });
    }

    private static ElectLeadersResponseData noSuchType(ElectLeadersRequestData request) {
        String text = "there is no election type " + request.electionType();
        List<Named> wanted = request.topicPartitions() == null ? List.of() : named(request);
        return response(
                        wanted,
                        each -> new PartitionAnswers.Result(Errors.INVALID_REQUEST.code(), text))
                .setErrorCode(Errors.INVALID_REQUEST.code());
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
        return response(wanted, each -> answers.of(each.topic(), each.partition()))
                .setErrorCode(answers.ofAll().code());
    }

    private static ElectLeadersResponseData response(
            List<Named> wanted, Function<Named, PartitionAnswers.Result> answers) {
        Map<String, ReplicaElectionResult> topics = new TreeMap<>();
        for (Named each : wanted) {
            PartitionAnswers.Result result = answers.apply(each);
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
