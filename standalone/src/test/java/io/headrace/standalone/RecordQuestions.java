package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.protocol.ApiKeys;

/** Records: read, looked up, deleted, and everything that is wrong with a request. */
final class RecordQuestions {

    private static final long TIMESTAMP = ProduceQuestions.TIMESTAMP;

    private RecordQuestions() {}

    static void ask(SideBySide both) throws IOException {
        fetch(both);
        sessions(both);
        listOffsets(both);
        leaderEpochs(both);
        deleteRecords(both);
    }

    // ---- fetch

    private static void fetch(SideBySide both) throws IOException {
        for (long offset : new long[] {0, 1, 2, -1, 1_000_000}) {
            fetched(both, "from " + offset, "one", 0, offset, -1, 1 << 20);
        }
        fetched(both, "at most one byte", "one", 0, 0, -1, 1);
        fetched(both, "no such partition", "one", 9, 0, -1, 1 << 20);
        fetched(both, "no such topic", "absent", 0, 0, -1, 1 << 20);
        fetched(both, "of every codec", "packed", 0, 0, -1, 1 << 20);
        fetched(both, "an older epoch", "one", 0, 0, 0, 1 << 20);
        fetched(both, "a later epoch", "one", 0, 0, 5, 1 << 20);
        for (byte isolation : new byte[] {0, 1}) {
            both.ask(
                    "isolation " + isolation,
                    ApiKeys.FETCH,
                    12,
                    side ->
                            fetchRequest(side, 12, "three", 0, 0, -1, 1 << 20)
                                    .setIsolationLevel(isolation));
        }
        both.ask(
                "the last fetched epoch",
                ApiKeys.FETCH,
                12,
                side -> {
                    FetchRequestData request = fetchRequest(side, 12, "one", 0, 1, -1, 1 << 20);
                    request.topics().getFirst().partitions().getFirst().setLastFetchedEpoch(0);
                    return request;
                });
    }

    private static void fetched(
            SideBySide both,
            String name,
            String topic,
            int partition,
            long offset,
            int epoch,
            int maxBytes)
            throws IOException {
        for (int version = 4; version <= ApiKeys.FETCH.latestVersion(false); version++) {
            int thisVersion = version;
            both.ask(
                    name,
                    ApiKeys.FETCH,
                    version,
                    side ->
                            fetchRequest(
                                    side,
                                    thisVersion,
                                    topic,
                                    partition,
                                    offset,
                                    thisVersion >= 9 ? epoch : -1,
                                    maxBytes));
        }
    }

    private static FetchRequestData fetchRequest(
            Side side,
            int version,
            String topic,
            int partition,
            long offset,
            int epoch,
            int maxBytes) {
        FetchRequestData.FetchTopic asked =
                new FetchRequestData.FetchTopic()
                        .setPartitions(
                                List.of(
                                        new FetchRequestData.FetchPartition()
                                                .setPartition(partition)
                                                .setFetchOffset(offset)
                                                .setCurrentLeaderEpoch(epoch)
                                                .setPartitionMaxBytes(maxBytes)));
        if (version >= 13) {
            asked.setTopicId(side.topicId(topic));
        } else {
            asked.setTopic(topic);
        }
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(List.of(asked));
    }

    private static void sessions(SideBySide both) throws IOException {
        both.ask(
                "a session begins",
                ApiKeys.FETCH,
                12,
                side -> fetchRequest(side, 12, "one", 0, 0, -1, 1 << 20).setSessionEpoch(0),
                org.apache.kafka.common.message.FetchResponseData.class,
                (side, answer) -> side.name("session", answer.sessionId()));
        both.ask("goes on", ApiKeys.FETCH, 12, side -> inSession(side, 1));
        both.ask("skips one", ApiKeys.FETCH, 12, side -> inSession(side, 5));
        both.ask(
                "unknown",
                ApiKeys.FETCH,
                12,
                side ->
                        fetchRequest(side, 12, "one", 0, 0, -1, 1 << 20)
                                .setSessionId(12345)
                                .setSessionEpoch(1));
        both.ask("ends", ApiKeys.FETCH, 12, side -> inSession(side, -1));
        both.ask("has ended", ApiKeys.FETCH, 12, side -> inSession(side, 2));
    }

    private static FetchRequestData inSession(Side side, int epoch) {
        return new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setSessionId(side.value("session", Integer.class))
                .setSessionEpoch(epoch);
    }

    // ---- lookups

    private static void listOffsets(SideBySide both) throws IOException {
        long[] times = {-1, -2, 0, TIMESTAMP, TIMESTAMP + 1, TIMESTAMP + 2, Long.MAX_VALUE};
        for (long time : times) {
            listed(both, 1, "at " + time, "one", 0, time, -1);
        }
        listed(both, 1, "of the latest timestamp", "one", 0, -3, -1);
        listed(both, 1, "earliest local", "one", 0, -4, -1);
        listed(both, 1, "latest tiered", "one", 0, -5, -1);
        listed(both, 1, "earliest to upload", "one", 0, -6, -1);
        listed(both, 1, "at the smallest number", "one", 0, Long.MIN_VALUE, -1);
        listed(both, 1, "earliest to upload of no such partition", "one", 9, -6, -1);
        listed(both, 1, "at -9", "one", 0, -9, -1);
        listed(both, 1, "of no such partition", "one", 9, -1, -1);
        listed(both, 1, "of no such topic", "absent", 0, -1, -1);
        listed(both, 4, "with a later epoch", "one", 0, -1, 9);
        listed(both, 1, "of an empty partition", "three", 2, -1, -1);
        listed(both, 1, "at a time in an empty partition", "three", 2, 5, -1);
        listed(both, 7, "of the latest timestamp in an empty partition", "three", 2, -3, -1);
    }

    private static void listed(
            SideBySide both,
            int first,
            String name,
            String topic,
            int partition,
            long time,
            int epoch)
            throws IOException {
        both.askFrom(
                first,
                name,
                ApiKeys.LIST_OFFSETS,
                side ->
                        new ListOffsetsRequestData()
                                .setReplicaId(-1)
                                .setTopics(
                                        List.of(
                                                new ListOffsetsRequestData.ListOffsetsTopic()
                                                        .setName(topic)
                                                        .setPartitions(
                                                                List.of(
                                                                        new ListOffsetsRequestData
                                                                                        .ListOffsetsPartition()
                                                                                .setPartitionIndex(
                                                                                        partition)
                                                                                .setTimestamp(time)
                                                                                .setCurrentLeaderEpoch(
                                                                                        epoch))))));
    }

    private static void leaderEpochs(SideBySide both) throws IOException {
        for (int epoch : new int[] {0, 1, 7, -1}) {
            forEpoch(both, "of epoch " + epoch, "one", 0, epoch, -1);
        }
        forEpoch(both, "no such topic", "absent", 0, 0, -1);
        forEpoch(both, "no such partition", "one", 9, 0, -1);
        forEpoch(both, "a later current epoch", "one", 0, 0, 9);
    }

    private static void forEpoch(
            SideBySide both, String name, String topic, int partition, int epoch, int current)
            throws IOException {
        both.askAll(
                name,
                ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                side -> {
                    OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection topics =
                            new OffsetForLeaderEpochRequestData.OffsetForLeaderTopicCollection();
                    topics.add(
                            new OffsetForLeaderEpochRequestData.OffsetForLeaderTopic()
                                    .setTopic(topic)
                                    .setPartitions(
                                            List.of(
                                                    new OffsetForLeaderEpochRequestData
                                                                    .OffsetForLeaderPartition()
                                                            .setPartition(partition)
                                                            .setLeaderEpoch(epoch)
                                                            .setCurrentLeaderEpoch(current))));
                    return new OffsetForLeaderEpochRequestData().setReplicaId(-1).setTopics(topics);
                });
    }

    private static void deleteRecords(SideBySide both) throws IOException {
        deleted(both, "below what is there", "one", 0, 0);
        deleted(both, "some", "one", 0, 2);
        deleted(both, "below the start", "one", 0, 1);
        deleted(both, "beyond the end", "one", 0, 1_000_000);
        deleted(both, "negative", "one", 0, -5);
        deleted(both, "the largest number", "one", 0, Long.MAX_VALUE);
        deleted(both, "the smallest number", "one", 0, Long.MIN_VALUE);
        deleted(both, "of an empty partition, at its end", "three", 2, 0);
        deleted(both, "of an empty partition, beyond its end", "three", 2, 1);
        deleted(both, "of an empty partition, all", "three", 2, -1);
        deleted(both, "of a compacted topic", "keyed", 0, 1);
        deleted(both, "of a negative partition", "one", -1, 0);
        deleted(both, "no such partition", "one", 9, 1);
        deleted(both, "no such topic", "absent", 0, 1);
        fetched(both, "below the new start", "one", 0, 0, -1, 1 << 20);
        fetched(both, "from the new start", "one", 0, 2, -1, 1 << 20);
        listed(both, 1, "the new start", "one", 0, -2, -1);
        deleted(both, "one beyond the end", "three", 0, 12);
        deleted(both, "exactly the end", "three", 1, 0);
        deleted(both, "all", "three", 0, -1);
        fetched(both, "from the end", "three", 0, 11, -1, 1 << 20);
        listed(both, 7, "of the latest timestamp where all is deleted", "three", 0, -3, -1);
    }

    private static void deleted(
            SideBySide both, String name, String topic, int partition, long offset)
            throws IOException {
        both.askAll(
                name,
                ApiKeys.DELETE_RECORDS,
                side ->
                        new DeleteRecordsRequestData()
                                .setTimeoutMs(10_000)
                                .setTopics(
                                        List.of(
                                                new DeleteRecordsRequestData.DeleteRecordsTopic()
                                                        .setName(topic)
                                                        .setPartitions(
                                                                List.of(
                                                                        new DeleteRecordsRequestData
                                                                                        .DeleteRecordsPartition()
                                                                                .setPartitionIndex(
                                                                                        partition)
                                                                                .setOffset(
                                                                                        offset))))));
    }
}
