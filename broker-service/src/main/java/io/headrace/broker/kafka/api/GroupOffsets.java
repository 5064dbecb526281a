package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/** The committed offsets of one group, as {@code OffsetFetch} shows them. */
final class GroupOffsets {

    private static final int WITH_TOPIC_IDS = 10;
    private static final int WITHOUT_GROUP_ERROR_MAX = 1;
    private static final int NONE = -1;

    private final ApiContext context;
    private final TopicNames names;
    private final GroupCoordinator groups;

    GroupOffsets(ApiContext context, TopicNames names, GroupCoordinator groups) {
        this.context = context;
        this.names = names;
        this.groups = groups;
    }

    /** A topic that was asked for, with what the request calls it. */
    private record Asked(OffsetFetchRequestTopics topic, Optional<TopicImage> image, Errors wrong) {

        String name() {
            return image.map(TopicImage::name).orElse(topic.name());
        }
    }

    CompletableFuture<OffsetFetchResponseGroup> fetch(
            Exchange exchange, OffsetFetchRequestGroup group) {
        List<OffsetFetchRequestTopics> topics = group.topics();
        if (!context.mayUseGroup(exchange, Access.Operation.DESCRIBE, group.groupId())) {
            return CompletableFuture.completedFuture(
                    failed(exchange, group, Errors.GROUP_AUTHORIZATION_FAILED));
        }
        if (topics == null) {
            return groups.fetch(new Offsets.Fetch(group.groupId(), Optional.empty()))
                    .thenApply(reply -> all(exchange, group, reply));
        }
        List<Asked> asked = topics.stream().map(topic -> asked(exchange, topic)).toList();
        return groups.fetch(new Offsets.Fetch(group.groupId(), Optional.of(wanted(asked))))
                .thenApply(reply -> some(exchange, group, asked, reply));
    }

    private Asked asked(Exchange exchange, OffsetFetchRequestTopics topic) {
        boolean isById = exchange.version() >= WITH_TOPIC_IDS;
        Optional<TopicImage> image =
                isById ? names.find(topic.topicId()) : context.image().get().topic(topic.name());
        if (isById && image.isEmpty()) {
            return new Asked(topic, image, Errors.UNKNOWN_TOPIC_ID);
        }
        String name = image.map(TopicImage::name).orElse(topic.name());
        boolean maySee = context.mayUseTopic(exchange, Access.Operation.DESCRIBE, name);
        return new Asked(topic, image, maySee ? Errors.NONE : Errors.TOPIC_AUTHORIZATION_FAILED);
    }

    private static List<Offsets.Wanted> wanted(List<Asked> asked) {
        List<Offsets.Wanted> wanted = new ArrayList<>();
        for (Asked each : asked) {
            if (each.wrong() != Errors.NONE) {
                continue;
            }
            for (int partition : each.topic().partitionIndexes()) {
                if (partition >= 0) {
                    wanted.add(
                            new Offsets.Wanted(
                                    new TopicPartition(each.name(), partition),
                                    each.image().map(TopicImage::id).orElse(Offsets.ANY_ID)));
                }
            }
        }
        return wanted;
    }

    private static OffsetFetchResponseGroup some(
            Exchange exchange,
            OffsetFetchRequestGroup group,
            List<Asked> asked,
            Offsets.FetchReply reply) {
        if (reply.error() != ErrorCode.NONE) {
            return failed(exchange, group, Errors.forCode(reply.error().number()));
        }
        OffsetFetchResponseGroup answer =
                new OffsetFetchResponseGroup().setGroupId(group.groupId());
        for (Asked each : asked) {
            OffsetFetchResponseTopics topic =
                    new OffsetFetchResponseTopics()
                            .setName(each.topic().name())
                            .setTopicId(each.topic().topicId());
            for (int partition : each.topic().partitionIndexes()) {
                Offsets.Committed found =
                        partition < 0 || each.wrong() != Errors.NONE
                                ? null
                                : reply.offsets().get(new TopicPartition(each.name(), partition));
                topic.partitions().add(shown(partition, found).setErrorCode(each.wrong().code()));
            }
            answer.topics().add(topic);
        }
        return answer;
    }

    private OffsetFetchResponseGroup all(
            Exchange exchange, OffsetFetchRequestGroup group, Offsets.FetchReply reply) {
        if (reply.error() != ErrorCode.NONE) {
            return failed(exchange, group, Errors.forCode(reply.error().number()));
        }
        boolean isById = exchange.version() >= WITH_TOPIC_IDS;
        Map<String, OffsetFetchResponseTopics> topics = new TreeMap<>();
        reply.offsets()
                .forEach(
                        (partition, offset) -> {
                            Optional<TopicImage> image =
                                    context.image().get().topic(partition.topic());
                            boolean isShown =
                                    (image.isPresent() || !isById)
                                            && context.mayUseTopic(
                                                    exchange,
                                                    Access.Operation.DESCRIBE,
                                                    partition.topic());
                            if (isShown) {
                                topics.computeIfAbsent(
                                                partition.topic(), name -> topic(name, image))
                                        .partitions()
                                        .add(shown(partition.partition(), offset));
                            }
                        });
        return new OffsetFetchResponseGroup()
                .setGroupId(group.groupId())
                .setTopics(List.copyOf(topics.values()));
    }

    private static OffsetFetchResponseTopics topic(String name, Optional<TopicImage> image) {
        OffsetFetchResponseTopics topic = new OffsetFetchResponseTopics().setName(name);
        image.ifPresent(known -> topic.setTopicId(TopicNames.uuid(known.id())));
        return topic;
    }

    private static OffsetFetchResponsePartitions shown(
            int partition, Offsets.@Nullable Committed offset) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(partition)
                .setCommittedOffset(offset == null ? NONE : offset.offset())
                .setCommittedLeaderEpoch(offset == null ? NONE : offset.leaderEpoch())
                .setMetadata(offset == null ? "" : offset.metadata());
    }

    /** The oldest versions have no place for it but the partitions. */
    private static OffsetFetchResponseGroup failed(
            Exchange exchange, OffsetFetchRequestGroup group, Errors error) {
        OffsetFetchResponseGroup answer =
                new OffsetFetchResponseGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(error.code());
        if (exchange.version() <= WITHOUT_GROUP_ERROR_MAX && group.topics() != null) {
            for (OffsetFetchRequestTopics asked : group.topics()) {
                OffsetFetchResponseTopics topic =
                        new OffsetFetchResponseTopics().setName(asked.name());
                for (int partition : asked.partitionIndexes()) {
                    topic.partitions().add(shown(partition, null).setErrorCode(error.code()));
                }
                answer.topics().add(topic);
            }
        }
        return answer;
    }
}
