package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Records: written, read, looked up, deleted, and everything that is wrong with a request. */
final class RecordQuestions {

    private static final Uuid UNKNOWN_ID = new Uuid(7, 7);
    private static final long TIMESTAMP = 1_700_000_000_000L;

    private RecordQuestions() {}

    static void ask(SideBySide both) throws IOException {
        produce(both);
        idempotent(both);
        fetch(both);
        sessions(both);
        listOffsets(both);
        leaderEpochs(both);
        deleteRecords(both);
    }

    // ---- produce

    private static void produce(SideBySide both) throws IOException {
        produced(both, "good", 1, "one", 0, side -> records("a", "b"));
        produced(both, "good, acks all", -1, "one", 0, side -> records("c"));
        produced(both, "acks 5", 5, "one", 0, side -> records("d"));
        produced(both, "no such partition", 1, "one", 7, side -> records("d"));
        produced(both, "negative partition", 1, "one", -1, side -> records("d"));
        produced(both, "no such topic", 1, "absent", 0, side -> records("d"));
        produced(both, "bad topic", 1, "a b", 0, side -> records("d"));
        produced(both, "no records", 1, "one", 0, side -> MemoryRecords.EMPTY);
        produced(both, "crc", 1, "one", 0, side -> flipped(records("d"), 17));
        produced(both, "payload", 1, "one", 0, side -> flipped(records("d"), 66));
        produced(both, "magic 7", 1, "one", 0, side -> set(records("d"), 16, (byte) 7));
        produced(both, "cut short", 1, "one", 0, side -> cut(records("d"), 5));
        produced(both, "length too small", 1, "one", 0, side -> set(records("d"), 11, (byte) 9));
        produced(both, "too large", 1, "one", 0, side -> records("x".repeat(1_100_000)));
        produced(both, "two batches", 1, "one", 0, side -> twoBatches());
        produced(
                both,
                "a control batch",
                1,
                "one",
                0,
                side ->
                        MemoryRecords.withEndTransactionMarker(
                                1,
                                (short) 0,
                                new org.apache.kafka.common.record.internal.EndTransactionMarker(
                                        org.apache.kafka.common.record.internal.ControlRecordType
                                                .COMMIT,
                                        0)));
    }

    private static void produced(
            SideBySide both,
            String name,
            int acks,
            String topic,
            int partition,
            Function<Side, MemoryRecords> records)
            throws IOException {
        for (int version = 3; version <= ApiKeys.PRODUCE.latestVersion(false); version++) {
            int thisVersion = version;
            both.ask(
                    name,
                    ApiKeys.PRODUCE,
                    version,
                    side ->
                            produceRequest(
                                    side,
                                    thisVersion,
                                    acks,
                                    topic,
                                    partition,
                                    records.apply(side)));
        }
    }

    private static ProduceRequestData produceRequest(
            Side side, int version, int acks, String topic, int partition, MemoryRecords records) {
        ProduceRequestData.TopicProduceData data =
                new ProduceRequestData.TopicProduceData()
                        .setPartitionData(
                                List.of(
                                        new ProduceRequestData.PartitionProduceData()
                                                .setIndex(partition)
                                                .setRecords(records)));
        if (version >= 13) {
            data.setTopicId(id(side, topic));
        } else {
            data.setName(topic);
        }
        ProduceRequestData.TopicProduceDataCollection topics =
                new ProduceRequestData.TopicProduceDataCollection();
        topics.add(data);
        return new ProduceRequestData()
                .setAcks((short) acks)
                .setTimeoutMs(10_000)
                .setTopicData(topics);
    }

    private static Uuid id(Side side, String topic) {
        return topic.equals("one") || topic.equals("three")
                ? side.value("id of " + topic, Uuid.class)
                : UNKNOWN_ID;
    }

    private static MemoryRecords records(String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] =
                    new SimpleRecord(
                            TIMESTAMP + i,
                            ("key-" + i).getBytes(StandardCharsets.UTF_8),
                            values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    private static MemoryRecords set(MemoryRecords records, int at, byte value) {
        ByteBuffer buffer = copy(records, 0);
        buffer.put(at, value);
        return MemoryRecords.readableRecords(buffer);
    }

    private static MemoryRecords flipped(MemoryRecords records, int at) {
        return set(records, at, (byte) (records.buffer().get(at) ^ 1));
    }

    private static MemoryRecords cut(MemoryRecords records, int bytes) {
        return MemoryRecords.readableRecords(copy(records, bytes));
    }

    private static ByteBuffer copy(MemoryRecords records, int without) {
        byte[] bytes = new byte[records.sizeInBytes() - without];
        records.buffer().duplicate().get(0, bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static MemoryRecords twoBatches() {
        ByteBuffer first = records("e").buffer();
        ByteBuffer second = records("f").buffer();
        ByteBuffer all = ByteBuffer.allocate(first.remaining() + second.remaining());
        all.put(first.duplicate()).put(second.duplicate()).flip();
        return MemoryRecords.readableRecords(all);
    }

    // ---- idempotent producers

    private static void idempotent(SideBySide both) throws IOException {
        for (Side side : List.of(both.ours(), both.theirs())) {
            awaitProducerIds(side);
        }
        for (int version = 0; version <= 5; version++) {
            int thisVersion = version;
            both.ask(
                    "a new producer",
                    ApiKeys.INIT_PRODUCER_ID,
                    version,
                    side ->
                            new InitProducerIdRequestData()
                                    .setTransactionalId(null)
                                    .setTransactionTimeoutMs(60_000),
                    InitProducerIdResponseData.class,
                    (side, answer) -> {
                        side.keep("producer " + thisVersion, answer.producerId());
                        answer.setProducerId(answer.producerId() < 0 ? -1 : 1);
                    });
        }
        both.askFrom(
                3,
                "an id that is not its own",
                ApiKeys.INIT_PRODUCER_ID,
                side ->
                        new InitProducerIdRequestData()
                                .setTransactionalId(null)
                                .setTransactionTimeoutMs(60_000)
                                .setProducerId(-1)
                                .setProducerEpoch((short) 3));
        sequence(both, "first", 0, 0, "i0", "i1");
        sequence(both, "next", 0, 2, "i2");
        sequence(both, "again", 0, 2, "i2");
        sequence(both, "the first again", 0, 0, "i0", "i1");
        sequence(both, "a gap", 0, 9, "i9");
        sequence(both, "overlapping", 0, 1, "i1", "i2", "i3");
        sequence(both, "another epoch that does not begin", 1, 5, "i5");
        sequence(both, "another epoch", 1, 0, "j0");
        sequence(both, "the older epoch", 0, 3, "i3");
        for (int i = 1; i < 7; i++) {
            sequence(both, "fill " + i, 1, i, "j" + i);
        }
        sequence(both, "older than the last five", 1, 0, "j0");
        sequence(both, "the fifth last", 1, 2, "j2");
    }

    /** Kafka fetches its first block of ids when it is asked for one. */
    private static void awaitProducerIds(Side side) throws IOException {
        long deadlineNs = System.nanoTime() + 30_000_000_000L;
        short error;
        do {
            side.wire(0)
                    .send(
                            ApiKeys.INIT_PRODUCER_ID,
                            (short) 3,
                            new InitProducerIdRequestData()
                                    .setTransactionalId(null)
                                    .setTransactionTimeoutMs(60_000));
            error =
                    ((InitProducerIdResponseData)
                                    side.wire(0).receive(ApiKeys.INIT_PRODUCER_ID, (short) 3))
                            .errorCode();
        } while (error != 0 && System.nanoTime() < deadlineNs);
    }

    private static void sequence(
            SideBySide both, String name, int epoch, int sequence, String... values)
            throws IOException {
        both.ask(
                "producer, " + name,
                ApiKeys.PRODUCE,
                11,
                side -> {
                    SimpleRecord[] records = new SimpleRecord[values.length];
                    for (int i = 0; i < values.length; i++) {
                        byte[] value = values[i].getBytes(StandardCharsets.UTF_8);
                        records[i] = new SimpleRecord(TIMESTAMP + i, value);
                    }
                    return produceRequest(
                            side,
                            11,
                            -1,
                            "three",
                            0,
                            MemoryRecords.withIdempotentRecords(
                                    Compression.NONE,
                                    side.value("producer 5", Long.class),
                                    (short) epoch,
                                    sequence,
                                    records));
                });
    }

    // ---- fetch

    private static void fetch(SideBySide both) throws IOException {
        for (long offset : new long[] {0, 1, 2, -1, 1_000_000}) {
            fetched(both, "from " + offset, "one", 0, offset, -1, 1 << 20);
        }
        fetched(both, "at most one byte", "one", 0, 0, -1, 1);
        fetched(both, "no such partition", "one", 9, 0, -1, 1 << 20);
        fetched(both, "no such topic", "absent", 0, 0, -1, 1 << 20);
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
            asked.setTopicId(id(side, topic));
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
        listed(both, 7, "of the latest timestamp", "one", 0, -3, -1);
        listed(both, 8, "earliest local", "one", 0, -4, -1);
        listed(both, 9, "latest tiered", "one", 0, -5, -1);
        listed(both, 11, "earliest to upload", "one", 0, -6, -1);
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
        deleted(both, "no such partition", "one", 9, 1);
        deleted(both, "no such topic", "absent", 0, 1);
        fetched(both, "below the new start", "one", 0, 0, -1, 1 << 20);
        fetched(both, "from the new start", "one", 0, 2, -1, 1 << 20);
        listed(both, 1, "the new start", "one", 0, -2, -1);
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
