package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Committed offsets: stored, read, deleted, and everything that is wrong with a request. */
final class OffsetQuestions {

    private OffsetQuestions() {}

    static void ask(SideBySide both) throws IOException {
        commits(both, "a group without members", side -> committed("plain", -1, "", "one", 5, "x"));
        commits(both, "a generation", side -> committed("plain", 3, "", "one", 6, "x"));
        commits(both, "a member", side -> committed("plain", 3, "m", "one", 6, "x"));
        commits(both, "no such topic", side -> committed("plain", -1, "", "absent", 5, ""));
        commits(both, "no such partition", side -> committed("plain", -1, "", "one", 5, "", 9));
        commits(both, "a negative offset", side -> committed("plain", -1, "", "one", -5, ""));
        commits(both, "null note", side -> committed("plain", -1, "", "one", 5, null));
        commits(
                both,
                "a long note",
                side -> committed("plain", -1, "", "one", 5, "x".repeat(5000)));
        commits(both, "no group", side -> committed("", -1, "", "one", 5, ""));
        fetchedOffsets(both, "of a partition", "plain", "one");
        fetchedOffsets(both, "of no such topic", "plain", "absent");
        for (int version = 2; version <= 7; version++) {
            both.ask(
                    "all",
                    ApiKeys.OFFSET_FETCH,
                    version,
                    side -> new OffsetFetchRequestData().setGroupId("plain").setTopics(null));
        }
        for (int version = 8; version <= 10; version++) {
            both.ask(
                    "all of two groups",
                    ApiKeys.OFFSET_FETCH,
                    version,
                    side ->
                            new OffsetFetchRequestData()
                                    .setGroups(List.of(all("plain"), all("nobody"))));
        }
        aTopicMadeAnew(both);
        both.askAll(
                "without members",
                ApiKeys.DESCRIBE_GROUPS,
                side -> GroupQuestions.described("plain"));
        both.askAll(
                "no such topic", ApiKeys.OFFSET_DELETE, side -> offsetDeletion("plain", "absent"));
        both.askAll("there", ApiKeys.OFFSET_DELETE, side -> offsetDeletion("plain", "one"));
        fetchedOffsets(both, "after deletion", "plain", "one");
    }

    /** Offsets of the earlier topic of the name are not those of the new one. */
    private static void aTopicMadeAnew(SideBySide both) throws IOException {
        TopicQuestions.make(both, "anew");
        both.ask(
                "for a topic that goes",
                ApiKeys.OFFSET_COMMIT,
                9,
                side -> committed("anew", -1, "", "anew", 5, ""));
        TopicQuestions.delete(both, "anew");
        both.ask("all, the topic being gone", ApiKeys.OFFSET_FETCH, 9, side -> allOf("anew"));
        TopicQuestions.make(both, "anew");
        both.ask("all, the topic being anew", ApiKeys.OFFSET_FETCH, 9, side -> allOf("anew"));
        fetchedOffsets(both, "the topic being anew", "anew", "anew");
        TopicQuestions.delete(both, "anew");
    }

    private static OffsetFetchRequestData allOf(String group) {
        return new OffsetFetchRequestData().setGroups(List.of(all(group)));
    }

    private static OffsetFetchRequestData.OffsetFetchRequestGroup all(String group) {
        return new OffsetFetchRequestData.OffsetFetchRequestGroup()
                .setGroupId(group)
                .setTopics(null);
    }

    static void commits(SideBySide both, String name, Function<Side, ApiMessage> request)
            throws IOException {
        for (int version = 2; version <= 10; version++) {
            both.ask(
                    name,
                    ApiKeys.OFFSET_COMMIT,
                    version,
                    side -> withIds(side, (OffsetCommitRequestData) request.apply(side)));
        }
    }

    /** The newest version knows topics by their ids only. */
    private static ApiMessage withIds(Side side, OffsetCommitRequestData request) {
        request.topics().forEach(topic -> topic.setTopicId(side.topicId(topic.name())));
        return request;
    }

    static OffsetCommitRequestData committed(
            String group, int generation, String member, String topic, long offset, String note) {
        return committed(group, generation, member, topic, offset, note, 0);
    }

    static OffsetCommitRequestData committed(
            String group,
            int generation,
            String member,
            String topic,
            long offset,
            String note,
            int partition) {
        return new OffsetCommitRequestData()
                .setGroupId(group)
                .setGenerationIdOrMemberEpoch(generation)
                .setMemberId(member)
                .setTopics(
                        List.of(
                                new OffsetCommitRequestData.OffsetCommitRequestTopic()
                                        .setName(topic)
                                        .setPartitions(
                                                List.of(
                                                        new OffsetCommitRequestData
                                                                        .OffsetCommitRequestPartition()
                                                                .setPartitionIndex(partition)
                                                                .setCommittedOffset(offset)
                                                                .setCommittedMetadata(note)))));
    }

    static void fetchedOffsets(SideBySide both, String name, String group, String topic)
            throws IOException {
        for (int version = 1; version <= 7; version++) {
            both.ask(
                    name,
                    ApiKeys.OFFSET_FETCH,
                    version,
                    side ->
                            new OffsetFetchRequestData()
                                    .setGroupId(group)
                                    .setTopics(
                                            List.of(
                                                    new OffsetFetchRequestData
                                                                    .OffsetFetchRequestTopic()
                                                            .setName(topic)
                                                            .setPartitionIndexes(List.of(0, 1)))));
        }
        for (int version = 8; version <= 10; version++) {
            both.ask(
                    name,
                    ApiKeys.OFFSET_FETCH,
                    version,
                    side ->
                            new OffsetFetchRequestData()
                                    .setGroups(
                                            List.of(
                                                    new OffsetFetchRequestData
                                                                    .OffsetFetchRequestGroup()
                                                            .setGroupId(group)
                                                            .setTopics(
                                                                    List.of(
                                                                            new OffsetFetchRequestData
                                                                                            .OffsetFetchRequestTopics()
                                                                                    .setName(topic)
                                                                                    .setTopicId(
                                                                                            side
                                                                                                    .topicId(
                                                                                                            topic))
                                                                                    .setPartitionIndexes(
                                                                                            List.of(
                                                                                                    0,
                                                                                                    1)))))));
        }
    }

    static ApiMessage offsetDeletion(String group, String topic) {
        OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection topics =
                new OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection();
        topics.add(
                new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                        .setName(topic)
                        .setPartitions(
                                List.of(
                                        new OffsetDeleteRequestData.OffsetDeleteRequestPartition()
                                                .setPartitionIndex(0))));
        return new OffsetDeleteRequestData().setGroupId(group).setTopics(topics);
    }
}
