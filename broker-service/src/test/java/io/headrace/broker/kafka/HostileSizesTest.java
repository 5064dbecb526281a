package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headrace.broker.RunningBroker;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that are sound, and far larger than anybody needs, beside a good client. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileSizesTest {

    private static final int MANY = 100_000;
    private static final int INFLATED = 140_000_000;
    private static final long ALLOCATED_PER_BOMB_MAX = 24L << 20;

    private RunningBroker broker;
    private ListenerCounters counters;
    private KafkaProducer<String, String> goodClient;
    private long written;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker = RunningBroker.start(temp);
        counters = broker.context().getBean(ListenerCounters.class);
        broker.createTopic("many", 1, Map.of());
        broker.createTopic("beside", 1, Map.of());
        broker.createTopic("wide", 1, Map.of("max.message.bytes", "20000000"));
        goodClient =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringSerializer(),
                        new StringSerializer());
        beside();
    }

    @AfterAll
    void stop() throws Exception {
        goodClient.close();
        KafkaListener listener = broker.context().getBean(KafkaListener.class);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> counters.connections() == 0 && listener.bytesInFlight() == 0);
        broker.close();
    }

    private void beside() throws Exception {
        assertThat(goodClient.send(new ProducerRecord<>("beside", "v")).get(20, TimeUnit.SECONDS))
                .satisfies(done -> assertThat(done.offset()).isEqualTo(written++));
    }

    /** The good client writes on while the request is answered. */
    private <T> T whileServing(Callable<T> hostile) throws Exception {
        FutureTask<T> task = new FutureTask<>(hostile);
        Thread.ofVirtual().start(task);
        do {
            beside();
        } while (!task.isDone());
        return task.get();
    }

    static MetadataRequestData metadata(int names) {
        List<MetadataRequestTopic> topics = new ArrayList<>(names);
        for (int i = 0; i < names; i++) {
            topics.add(new MetadataRequestTopic().setName("t" + i));
        }
        return new MetadataRequestData().setTopics(topics).setAllowAutoTopicCreation(false);
    }

    @Test
    void a_million_topic_names_end_the_connection_before_they_cost_anything() throws Exception {
        long before = counters.unreadableRequests();
        byte[] frame = RawSocket.frame(ApiKeys.METADATA, (short) 12, metadata(1_000_000), 0);
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            whileServing(
                    () -> {
                        socket.write(frame);
                        assertThat(socket.isEnded()).isTrue();
                        return null;
                    });
        }
        assertThat(counters.unreadableRequests()).isEqualTo(before + 1);
    }

    @Test
    void a_hundred_thousand_topic_names_are_answered() throws Exception {
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.METADATA, 12, metadata(MANY));
            var answer =
                    (MetadataResponseData) whileServing(() -> socket.receive(ApiKeys.METADATA, 12));
            assertThat(answer.topics()).hasSize(MANY);
            assertThat(answer.topics())
                    .allMatch(
                            topic -> topic.errorCode() == Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
    }

    @Test
    void a_hundred_thousand_partitions_in_one_fetch_are_answered() throws Exception {
        List<FetchPartition> partitions = new ArrayList<>(MANY);
        for (int i = 0; i < MANY; i++) {
            partitions.add(new FetchPartition().setPartition(i).setPartitionMaxBytes(1));
        }
        FetchRequestData request =
                new FetchRequestData()
                        .setReplicaId(-1)
                        .setMaxBytes(1 << 20)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopic("many")
                                                .setPartitions(partitions)));
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.FETCH, 11, request);
            var answer = (FetchResponseData) whileServing(() -> socket.receive(ApiKeys.FETCH, 11));
            assertThat(answer.responses().getFirst().partitions()).hasSize(MANY);
        }
    }

    @Test
    void a_flood_of_forgotten_topics_leaves_a_session_as_it_was() throws Exception {
        List<ForgottenTopic> flood = new ArrayList<>(MANY);
        for (int i = 0; i < MANY; i++) {
            flood.add(new ForgottenTopic().setTopic("never-" + i).setPartitions(List.of(i)));
        }
        FetchTopic asked =
                new FetchTopic()
                        .setTopic("many")
                        .setPartitions(List.of(new FetchPartition().setPartition(0)));
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.FETCH, 11, session(0, 0).setTopics(List.of(asked)));
            var opened = (FetchResponseData) socket.receive(ApiKeys.FETCH, 11);
            assertThat(opened.sessionId()).isPositive();
            for (int epoch = 1; epoch <= 3; epoch++) {
                socket.send(
                        ApiKeys.FETCH,
                        11,
                        session(opened.sessionId(), epoch).setForgottenTopicsData(flood));
                var answer =
                        (FetchResponseData) whileServing(() -> socket.receive(ApiKeys.FETCH, 11));
                assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
                assertThat(answer.sessionId()).isEqualTo(opened.sessionId());
            }
        }
    }

    @Test
    void a_session_asked_out_of_turn_is_refused_and_goes_on_in_turn() throws Exception {
        FetchTopic asked =
                new FetchTopic()
                        .setTopic("many")
                        .setPartitions(List.of(new FetchPartition().setPartition(0)));
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.FETCH, 11, session(0, 0).setTopics(List.of(asked)));
            int id = ((FetchResponseData) socket.receive(ApiKeys.FETCH, 11)).sessionId();
            for (int wrong : new int[] {2, -7, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
                socket.send(ApiKeys.FETCH, 11, session(id, wrong));
                var refused = (FetchResponseData) socket.receive(ApiKeys.FETCH, 11);
                assertThat(Errors.forCode(refused.errorCode()))
                        .isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH);
            }
            socket.send(ApiKeys.FETCH, 11, session(id, 1));
            var answer = (FetchResponseData) socket.receive(ApiKeys.FETCH, 11);
            assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
            assertThat(answer.sessionId()).isEqualTo(id);
        }
    }

    private static FetchRequestData session(int id, int epoch) {
        return new FetchRequestData()
                .setReplicaId(-1)
                .setMaxBytes(1 << 20)
                .setSessionId(id)
                .setSessionEpoch(epoch);
    }

    @Test
    void a_hundred_thousand_partitions_in_one_list_of_offsets_are_answered() throws Exception {
        List<ListOffsetsPartition> partitions = new ArrayList<>(MANY);
        for (int i = 0; i < MANY; i++) {
            partitions.add(new ListOffsetsPartition().setPartitionIndex(i).setTimestamp(0));
        }
        ListOffsetsRequestData request =
                new ListOffsetsRequestData()
                        .setReplicaId(-1)
                        .setTopics(
                                List.of(
                                        new ListOffsetsTopic()
                                                .setName("many")
                                                .setPartitions(partitions)));
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.LIST_OFFSETS, 7, request);
            var answer =
                    (ListOffsetsResponseData)
                            whileServing(() -> socket.receive(ApiKeys.LIST_OFFSETS, 7));
            assertThat(answer.topics().getFirst().partitions()).hasSize(MANY);
        }
    }

    private static ProduceRequestData produce(List<PartitionProduceData> partitions, String topic) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData().setName(topic).setPartitionData(partitions));
        return new ProduceRequestData()
                .setAcks((short) 1)
                .setTimeoutMs(10_000)
                .setTopicData(topics);
    }

    private static PartitionProduceData data(int partition, ByteBuffer batch) {
        return new PartitionProduceData()
                .setIndex(partition)
                .setRecords(MemoryRecords.readableRecords(batch));
    }

    @Test
    void a_hundred_thousand_partitions_in_one_produce_are_answered() throws Exception {
        ByteBuffer batch = ByteBuffer.wrap(RunningBroker.batch("v"));
        List<PartitionProduceData> partitions = new ArrayList<>(MANY);
        for (int i = 0; i < MANY; i++) {
            partitions.add(data(i, batch.duplicate()));
        }
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            socket.send(ApiKeys.PRODUCE, 9, produce(partitions, "many"));
            var answer =
                    (ProduceResponseData) whileServing(() -> socket.receive(ApiKeys.PRODUCE, 9));
            var answered = answer.responses().iterator().next().partitionResponses();
            assertThat(answered).hasSize(MANY);
            assertThat(answered.getFirst().errorCode()).isZero();
            assertThat(answered.getLast().errorCode())
                    .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        }
    }

    /** It is walked as a stream: what a bomb inflates to is never held. */
    @ParameterizedTest
    @EnumSource(
            value = Compression.class,
            names = {"GZIP", "SNAPPY", "LZ4", "ZSTD"})
    void a_batch_that_inflates_to_more_than_allowed_is_refused_with_little_memory(Compression codec)
            throws Exception {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, INFLATED + 1024);
        builder.append(System.currentTimeMillis(), (byte[]) null, new byte[INFLATED], List.of());
        ByteBuffer bomb = builder.build();
        assertThat(bomb.remaining()).isLessThan(20_000_000);
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            for (int i = 0; i < 2; i++) { // the first loads what is loaded once
                long before = allocated();
                socket.send(ApiKeys.PRODUCE, 9, produce(List.of(data(0, bomb)), "wide"));
                var answer = (ProduceResponseData) receive(socket);
                var one = answer.responses().iterator().next().partitionResponses().getFirst();
                assertThat(Errors.forCode(one.errorCode())).isEqualTo(Errors.MESSAGE_TOO_LARGE);
                assertThat(one.errorMessage()).contains("decompress");
                if (i > 0) {
                    assertThat(allocated() - before - bomb.remaining())
                            .isLessThan(ALLOCATED_PER_BOMB_MAX + bomb.remaining());
                }
            }
        }
        beside();
    }

    private static ApiMessage receive(RawSocket socket) throws Exception {
        return socket.receive(ApiKeys.PRODUCE, 9);
    }

    /** By the threads of this process that live, in bytes. */
    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadAllocatedBytes(threads.getAllThreadIds()))
                .filter(bytes -> bytes > 0)
                .sum();
    }
}
