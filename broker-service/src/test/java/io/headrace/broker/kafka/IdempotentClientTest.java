package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.testkit.process.FreePorts;
import java.io.DataInputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Idempotent producers over Kafka's protocol: the stock client, and requests made by hand. */
class IdempotentClientTest {

    private static final short VERSION = 9;
    private static final int RESTARTS = 4;
    private static final int BETWEEN_RESTARTS = 5_000;

    @TempDir Path folder;

    @Test
    void aStockProducerLosesAndRepeatsNothingWhileTheBrokerRestarts() throws Exception {
        String port = "--headrace.broker.kafka.listeners.PLAINTEXT.port=" + FreePorts.one();
        try (RunningBroker broker = RunningBroker.start(folder, port)) {
            broker.createTopic("restarts", 1, Map.of());
            int count = (RESTARTS + 1) * BETWEEN_RESTARTS;
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            Semaphore acknowledged = new Semaphore(0);
            try (KafkaProducer<String, String> producer = producer(broker)) {
                for (int restart = 0; restart <= RESTARTS; restart++) {
                    for (int i = 0; i < BETWEEN_RESTARTS; i++) {
                        var record =
                                new ProducerRecord<>("restarts", "k", String.valueOf(sent.size()));
                        sent.add(producer.send(record, (done, error) -> acknowledged.release()));
                    }
                    if (restart < RESTARTS) {
                        acknowledged.acquire(BETWEEN_RESTARTS / 2);
                        broker.stop();
                        broker.launch(port);
                    }
                }
                for (int i = 0; i < count; i++) {
                    assertThat(sent.get(i).get().offset()).isEqualTo(i);
                }
            }
            assertThat(values(broker, count)).isEqualTo(numbers(count));
        }
    }

    private static List<String> numbers(int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(String.valueOf(i));
        }
        return numbers;
    }

    private static KafkaProducer<String, String> producer(RunningBroker broker) throws Exception {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "batch.size", 1000),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<String> values(RunningBroker broker, int count) throws Exception {
        List<String> values = new ArrayList<>();
        TopicPartition partition = new TopicPartition("restarts", 0);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).isEqualTo(count);
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            while (values.size() < end && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(1))) {
                    values.add(each.value());
                }
            }
        }
        return values;
    }

    @Test
    void aRepeatedRequestSucceedsWithTheFirstOffsetAndOthersHaveKafkasCodes() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("by-hand", 1, Map.of());
            assertAnswer(send(broker, 1, 0, 2), Errors.NONE, 0);
            assertAnswer(send(broker, 1, 2, 3), Errors.NONE, 2);
            assertAnswer(send(broker, 1, 0, 2), Errors.NONE, 0);
            assertAnswer(send(broker, 1, 2, 3), Errors.NONE, 2);
            assertAnswer(send(broker, 1, 6, 1), Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
            assertAnswer(send(broker, 0, 5, 1), Errors.INVALID_PRODUCER_EPOCH, -1);
            assertAnswer(send(broker, 2, 5, 1), Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
            assertAnswer(send(broker, 2, 0, 1), Errors.NONE, 5);
        }
    }

    private static void assertAnswer(
            PartitionProduceResponse answer, Errors expected, long baseOffset) {
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(expected);
        assertThat(answer.baseOffset()).isEqualTo(baseOffset);
        if (expected == Errors.NONE) {
            assertThat(answer.errorMessage()).isNull();
        } else {
            assertThat(answer.errorMessage()).contains("producer 77");
        }
    }

    private static PartitionProduceResponse send(
            RunningBroker broker, int epoch, int sequence, int count) throws Exception {
        SimpleRecord[] records = new SimpleRecord[count];
        java.util.Arrays.fill(records, new SimpleRecord(1000, new byte[] {1}));
        MemoryRecords batch =
                MemoryRecords.withIdempotentRecords(
                        Compression.NONE, 77, (short) epoch, sequence, records);
        var topic =
                new TopicProduceData()
                        .setName("by-hand")
                        .setPartitionData(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(batch)));
        ProduceRequestData data = new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000);
        data.topicData().add(topic);
        ByteBuffer request =
                new ProduceRequest(data, VERSION)
                        .serializeWithHeader(
                                new RequestHeader(ApiKeys.PRODUCE, VERSION, "by-hand", 5));
        String bootstrap = broker.bootstrap();
        int colon = bootstrap.lastIndexOf(':');
        try (Socket socket =
                new Socket(
                        bootstrap.substring(0, colon),
                        Integer.parseInt(bootstrap.substring(colon + 1)))) {
            socket.setSoTimeout(20_000);
            ByteBuffer frame = ByteBuffer.allocate(4 + request.remaining());
            frame.putInt(request.remaining()).put(request);
            socket.getOutputStream().write(frame.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            ByteBufferAccessor answer =
                    new ByteBufferAccessor(ByteBuffer.wrap(in.readNBytes(in.readInt())));
            ResponseHeader.parse(answer.buffer(), ApiKeys.PRODUCE.responseHeaderVersion(VERSION));
            return ProduceResponse.parse(answer, VERSION)
                    .data()
                    .responses()
                    .iterator()
                    .next()
                    .partitionResponses()
                    .getFirst();
        }
    }
}
