package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicName;
import java.util.List;
import java.util.TreeSet;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code DescribeTopicPartitions}: topics by name, a page at a time, with a cursor to go on. */
final class DescribeTopicPartitionsApi implements Api<DescribeTopicPartitionsRequestData> {

    private static final int PARTITIONS_MAX = 2_000;

    private final ApiContext context;

    DescribeTopicPartitionsApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public void handle(Exchange exchange, DescribeTopicPartitionsRequestData request) {
        ClusterImage image = context.image().get();
        var cursor = request.cursor();
        boolean wantsAll = request.topics().isEmpty();
        TreeSet<String> names = new TreeSet<>();
        if (wantsAll) {
            names.addAll(image.topics().keySet());
        } else {
            request.topics().stream().map(TopicRequest::name).forEach(names::add);
        }
        Page page =
                new Page(
                        exchange,
                        image,
                        Math.clamp(request.responsePartitionLimit(), 1, PARTITIONS_MAX));
        if (cursor != null && cursor.partitionIndex() < 0) {
            names.forEach(name -> page.addRefused(name, Errors.INVALID_REQUEST));
            names.clear();
        }
        String from = cursor == null ? "" : cursor.topicName();
        for (String name : names.tailSet(from, true)) {
            boolean isFirst = cursor != null && name.equals(from);
            if (!page.add(name, isFirst ? cursor.partitionIndex() : 0, wantsAll)) {
                break;
            }
        }
        exchange.answer(page.response);
    }

    /** What fits into one answer. */
    private final class Page {

        private final DescribeTopicPartitionsResponseData response =
                new DescribeTopicPartitionsResponseData();
        private final Exchange exchange;
        private final ClusterImage image;
        private int left;

        Page(Exchange exchange, ClusterImage image, int partitionsMax) {
            this.exchange = exchange;
            this.image = image;
            this.left = partitionsMax;
        }

        /**
         * @return false when the page is full
         */
        boolean add(String name, int from, boolean wantsAll) {
            if (!context.mayUseTopic(exchange, Access.Operation.DESCRIBE, name)) {
                if (!wantsAll) {
                    addRefused(name, Errors.TOPIC_AUTHORIZATION_FAILED);
                }
                return true;
            }
            TopicImage topic = image.topics().get(name);
            if (topic == null) {
                boolean isLegal = TopicName.problem(name).isEmpty();
                addRefused(
                        name,
                        isLegal
                                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                                : Errors.INVALID_TOPIC_EXCEPTION);
                return true;
            }
            if (left == 0) {
                goOn(name, 0);
                return false;
            }
            int end = Math.min(topic.partitionCount(), from + left);
            add(topic, from, end);
            if (end < topic.partitionCount()) {
                goOn(name, end);
                return false;
            }
            return true;
        }

        private void goOn(String name, int partition) {
            response.setNextCursor(new Cursor().setTopicName(name).setPartitionIndex(partition));
        }

        private void addRefused(String name, Errors error) {
            response.topics()
                    .add(
                            new DescribeTopicPartitionsResponseTopic()
                                    .setName(name)
                                    .setErrorCode(error.code())
                                    .setIsInternal(TopicName.isInternal(name))
                                    .setTopicAuthorizedOperations(
                                            error == Errors.UNKNOWN_TOPIC_OR_PARTITION
                                                    ? AuthorizedOperations.ofTopic(
                                                            context, exchange, name)
                                                    : AuthorizedOperations.NOT_ASKED));
        }

        private void add(TopicImage topic, int from, int end) {
            DescribeTopicPartitionsResponseTopic answer =
                    new DescribeTopicPartitionsResponseTopic()
                            .setName(topic.name())
                            .setTopicId(TopicNames.uuid(topic.id()))
                            .setIsInternal(TopicName.isInternal(topic.name()))
                            .setTopicAuthorizedOperations(
                                    AuthorizedOperations.ofTopic(context, exchange, topic.name()));
            for (int i = from; i < end; i++) {
                answer.partitions().add(partition(topic, i));
                left--;
            }
            response.topics().add(answer);
        }

        private DescribeTopicPartitionsResponsePartition partition(TopicImage topic, int index) {
            PartitionState state = topic.states().get(index);
            List<Integer> replicas = topic.assignments().get(index);
            boolean hasLeader = image.brokers().containsKey(state.leader());
            return new DescribeTopicPartitionsResponsePartition()
                    .setErrorCode((hasLeader ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE).code())
                    .setPartitionIndex(index)
                    .setLeaderId(hasLeader ? state.leader() : PartitionState.NO_LEADER)
                    .setLeaderEpoch(state.leaderEpoch())
                    .setReplicaNodes(replicas)
                    .setIsrNodes(state.isr())
                    .setEligibleLeaderReplicas(state.elr())
                    .setLastKnownElr(
                            state.lastCopy() == PartitionState.NO_LEADER
                                    ? List.of()
                                    : List.of(state.lastCopy()))
                    .setOfflineReplicas(
                            replicas.stream()
                                    .filter(id -> !image.brokers().containsKey(id))
                                    .toList());
        }
    }
}
