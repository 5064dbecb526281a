package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.MemberCall;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponsePartition;
import org.apache.kafka.common.message.OffsetCommitResponseData.OffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code OffsetCommit}: what exists and may be read goes to the coordinator as one commit. */
final class OffsetCommitApi implements Api<OffsetCommitRequestData> {

    private static final int WITH_TOPIC_IDS = 10;
    private static final int WITH_EPOCHS = 9;

    private final ApiContext context;
    private final TopicNames names;
    private final GroupCoordinator groups;

    OffsetCommitApi(ApiContext context, TopicNames names, GroupCoordinator groups) {
        this.context = context;
        this.names = names;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_COMMIT;
    }

    @Override
    public void handle(Exchange exchange, OffsetCommitRequestData request) {
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        boolean mayCommit = context.mayUseGroup(exchange, Access.Operation.READ, request.groupId());
        List<Offsets.Entry> entries = new ArrayList<>();
        List<OffsetCommitResponsePartition> waiting = new ArrayList<>();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            OffsetCommitResponseTopic answered =
                    new OffsetCommitResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.topicId());
            response.topics().add(answered);
            Optional<TopicImage> image = image(exchange, topic);
            Errors wrong =
                    mayCommit ? wrong(exchange, topic, image) : Errors.GROUP_AUTHORIZATION_FAILED;
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                OffsetCommitResponsePartition slot =
                        new OffsetCommitResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(wrong.code());
                answered.partitions().add(slot);
                if (wrong == Errors.NONE && image.isPresent()) {
                    add(image.get(), partition, slot, entries, waiting);
                }
            }
        }
        if (entries.isEmpty()) {
            exchange.answer(response);
        } else {
            commit(exchange, request, response, entries, waiting);
        }
    }

    private Optional<TopicImage> image(Exchange exchange, OffsetCommitRequestTopic topic) {
        return exchange.version() >= WITH_TOPIC_IDS
                ? names.find(topic.topicId())
                : context.image().get().topic(topic.name());
    }

    private Errors wrong(
            Exchange exchange, OffsetCommitRequestTopic topic, Optional<TopicImage> image) {
        if (exchange.version() >= WITH_TOPIC_IDS && image.isEmpty()) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        String name = image.map(TopicImage::name).orElse(topic.name());
        if (!context.mayUseTopic(exchange, Access.Operation.READ, name)) {
            return Errors.TOPIC_AUTHORIZATION_FAILED;
        }
        return image.isEmpty() ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NONE;
    }

    private static void add(
            TopicImage topic,
            OffsetCommitRequestPartition partition,
            OffsetCommitResponsePartition slot,
            List<Offsets.Entry> entries,
            List<OffsetCommitResponsePartition> waiting) {
        int index = partition.partitionIndex();
        if (index < 0 || index >= topic.partitionCount()) {
            slot.setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            return;
        }
        String metadata = partition.committedMetadata();
        entries.add(
                new Offsets.Entry(
                        new TopicPartition(topic.name(), index),
                        topic.id(),
                        partition.committedOffset(),
                        partition.committedLeaderEpoch(),
                        metadata == null ? "" : metadata));
        waiting.add(slot);
    }

    private void commit(
            Exchange exchange,
            OffsetCommitRequestData request,
            OffsetCommitResponseData response,
            List<Offsets.Entry> entries,
            List<OffsetCommitResponsePartition> waiting) {
        Offsets.Commit commit =
                new Offsets.Commit(
                        request.groupId(),
                        new MemberCall.Identity(request.memberId(), request.groupInstanceId()),
                        request.generationIdOrMemberEpoch(),
                        request.retentionTimeMs(),
                        exchange.version() >= WITH_EPOCHS,
                        entries);
        exchange.answerWhen(
                groups.commit(commit),
                reply -> {
                    for (int i = 0; i < waiting.size(); i++) {
                        waiting.get(i).setErrorCode(reply.results().get(i).number());
                    }
                    return response;
                });
    }
}
