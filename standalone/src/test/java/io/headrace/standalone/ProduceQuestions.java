package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Records: written, once or again, and everything that is wrong with a request. */
final class ProduceQuestions {

    /** Of the first record of a request. */
    static final long TIMESTAMP = 1_700_000_000_000L;

    private ProduceQuestions() {}

    static void ask(SideBySide both) throws IOException {
        produce(both);
        codecs(both);
        records(both);
        idempotent(both);
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

    private static void codecs(SideBySide both) throws IOException {
        for (Compression codec :
                List.of(
                        Compression.gzip().build(),
                        Compression.snappy().build(),
                        Compression.lz4().build(),
                        Compression.zstd().build())) {
            produced(
                    both,
                    codec.type().name,
                    1,
                    "packed",
                    0,
                    side ->
                            MemoryRecords.withRecords(
                                    codec, record(TIMESTAMP, "a"), record(TIMESTAMP, "b")));
        }
    }

    /** Batches of which single records are at fault. */
    private static void records(SideBySide both) throws IOException {
        produced(both, "keys", 1, "keyed", 0, side -> records("a", "b"));
        produced(
                both,
                "a key is missing",
                1,
                "keyed",
                0,
                side -> unpacked(record(TIMESTAMP, "a"), keyless(TIMESTAMP), keyless(TIMESTAMP)));
        produced(
                both,
                "a key is missing, compressed",
                1,
                "keyed",
                0,
                side ->
                        MemoryRecords.withRecords(
                                Compression.lz4().build(),
                                record(TIMESTAMP, "a"),
                                keyless(TIMESTAMP)));
        produced(
                both,
                "old",
                1,
                "timely",
                0,
                side -> unpacked(record(TIMESTAMP, "a"), record(TIMESTAMP - 2_000, "b")));
        long now = System.currentTimeMillis();
        produced(
                both,
                "one is of the future",
                1,
                "timely",
                0,
                side -> unpacked(record(now, "a"), record(now + 90_000_000_000L, "b")));
        produced(
                both,
                "one has no time",
                1,
                "timely",
                0,
                side -> unpacked(record(now, "a"), record(-1, "b")));
        produced(
                both,
                "a key is missing, another is old",
                1,
                "keyed-and-timely",
                0,
                side -> unpacked(keyless(TIMESTAMP), record(TIMESTAMP, "b"), record(now, "c")));
    }

    private static MemoryRecords unpacked(SimpleRecord... records) {
        return MemoryRecords.withRecords(Compression.NONE, records);
    }

    private static SimpleRecord record(long timestamp, String value) {
        return new SimpleRecord(
                timestamp,
                "key".getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8));
    }

    private static SimpleRecord keyless(long timestamp) {
        return new SimpleRecord(timestamp, new byte[] {1});
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
            data.setTopicId(side.topicId(topic));
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
}
