package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * {@code OffsetFetch}: of one group for old clients, of several for newer ones. Old requests are
 * read as one group, and old answers written from one.
 */
final class OffsetFetchApi implements Api<OffsetFetchRequestData> {

    private static final int WITH_GROUPS = 8;
    private static final int WITH_GROUP_ERROR = 2;

    private final GroupOffsets offsets;

    OffsetFetchApi(ApiContext context, TopicNames names, GroupCoordinator groups) {
        this.offsets = new GroupOffsets(context, names, groups);
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.OFFSET_FETCH;
    }

    @Override
    public void handle(Exchange exchange, OffsetFetchRequestData request) {
        OffsetFetchResponseData response = new OffsetFetchResponseData();
        boolean hasGroups = exchange.version() >= WITH_GROUPS;
        List<OffsetFetchRequestGroup> wanted =
                hasGroups ? request.groups() : List.of(onlyGroup(request));
        List<CompletableFuture<OffsetFetchResponseGroup>> found = new ArrayList<>();
        for (OffsetFetchRequestGroup group : wanted) {
            found.add(offsets.fetch(exchange, group));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)),
                all -> {
                    if (hasGroups) {
                        found.forEach(each -> response.groups().add(each.join()));
                    } else {
                        old(response, found.getFirst().join(), exchange.version());
                    }
                    return response;
                });
    }

    private static OffsetFetchRequestGroup onlyGroup(OffsetFetchRequestData request) {
        OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(request.groupId());
        if (request.topics() == null) {
            return group.setTopics(null);
        }
        return group.setTopics(
                request.topics().stream()
                        .map(
                                topic ->
                                        new OffsetFetchRequestTopics()
                                                .setName(topic.name())
                                                .setPartitionIndexes(topic.partitionIndexes()))
                        .toList());
    }

    private static void old(
            OffsetFetchResponseData response, OffsetFetchResponseGroup group, int version) {
        if (version >= WITH_GROUP_ERROR) {
            response.setErrorCode(group.errorCode());
        }
        for (var topic : group.topics()) {
            OffsetFetchResponseTopic answered =
                    new OffsetFetchResponseTopic().setName(topic.name());
            for (var partition : topic.partitions()) {
                answered.partitions()
                        .add(
                                new OffsetFetchResponsePartition()
                                        .setPartitionIndex(partition.partitionIndex())
                                        .setCommittedOffset(partition.committedOffset())
                                        .setCommittedLeaderEpoch(partition.committedLeaderEpoch())
                                        .setMetadata(partition.metadata())
                                        .setErrorCode(partition.errorCode()));
            }
            response.topics().add(answered);
        }
    }
}
