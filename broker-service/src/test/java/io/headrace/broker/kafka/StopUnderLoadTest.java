package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker that stops with requests under way: what took effect was answered. */
class StopUnderLoadTest {

    private static final int CLIENTS = 6;
    private static final int PIPELINED = 12;
    private static final int BEFORE_THE_STOP = 2_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir Path folder;

    /** What clients were told of their records. */
    private static final class Answers {
        final Set<String> taken = ConcurrentHashMap.newKeySet();
        final Set<String> refused = ConcurrentHashMap.newKeySet();

        void note(int client, int number, boolean isTaken) {
            (isTaken ? taken : refused).add(client + "/" + number);
        }
    }

    private static ProduceRequestData produce(String value) {
        TopicProduceDataCollection topics = new TopicProduceDataCollection();
        topics.add(
                new TopicProduceData()
                        .setName("loaded")
                        .setPartitionData(
                                List.of(
                                        new PartitionProduceData()
                                                .setRecords(
                                                        MemoryRecords.readableRecords(
                                                                ByteBuffer.wrap(
                                                                        RunningBroker.batch(
                                                                                value)))))));
        return new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(5_000)
                .setTopicData(topics);
    }

    /** Sends without end, {@value #PIPELINED} requests ahead of the answers; notes the answered. */
    private static void run(RunningBroker broker, int client, Answers answers) throws Exception {
        try (RawSocket socket = new RawSocket(broker.bootstrap())) {
            int sent = 0;
            int received = 0;
            try {
                while (true) {
                    while (sent < received + PIPELINED) {
                        socket.send(ApiKeys.PRODUCE, 9, produce(client + "/" + sent++));
                    }
                    answers.note(client, received++, receive(socket));
                }
            } catch (EOFException | SocketException e) {
                drain(socket, client, received, answers);
            }
        }
    }

    private static boolean receive(RawSocket socket) throws IOException {
        var answer = (ProduceResponseData) socket.receive(ApiKeys.PRODUCE, 9);
        var one = answer.responses().iterator().next().partitionResponses().getFirst();
        return one.errorCode() == 0;
    }

    /** A send that failed says nothing of answers that were there before. */
    private static void drain(RawSocket socket, int client, int from, Answers answers)
            throws IOException {
        int received = from;
        try {
            while (true) {
                answers.note(client, received++, receive(socket));
            }
        } catch (EOFException | SocketException end) {
            assertThat(received).isGreaterThanOrEqualTo(from);
        }
    }

    @Test
    void every_request_that_took_effect_was_answered() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("loaded", 1, Map.of());
            Answers answers = new Answers();
            List<CompletableFuture<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(
                        CompletableFuture.runAsync(
                                () -> {
                                    try {
                                        run(broker, client, answers);
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                },
                                task -> Thread.ofPlatform().start(task)));
            }
            Awaitility.await().atMost(LIMIT).until(() -> answers.taken.size() > BEFORE_THE_STOP);
            broker.stop();
            for (CompletableFuture<Void> each : clients) {
                each.get(30, TimeUnit.SECONDS);
            }
            broker.launch();
            broker.awaitLed("loaded", 1);
            List<String> kept = values(broker);
            System.out.println(
                    kept.size()
                            + " records, "
                            + answers.taken.size()
                            + " taken, "
                            + answers.refused.size()
                            + " refused");
            assertThat(kept).doesNotHaveDuplicates();
            Set<String> unanswered = new HashSet<>(kept);
            unanswered.removeAll(answers.taken);
            unanswered.removeAll(answers.refused);
            assertThat(unanswered).isEmpty();
            assertThat(new HashSet<>(kept)).containsAll(answers.taken);
        }
    }

    private static List<String> values(RunningBroker broker) throws Exception {
        TopicPartition partition = new TopicPartition("loaded", 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrap()),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long start = System.nanoTime();
            while (consumer.position(partition) < end) {
                assertThat(System.nanoTime() - start).isLessThan(LIMIT.toNanos());
                consumer.poll(Duration.ofMillis(100)).forEach(each -> values.add(each.value()));
            }
        }
        return values;
    }

    /** One that waits for records is answered, and one that does nothing is not waited for. */
    @Test
    void who_waits_for_records_is_answered_and_idle_connections_cost_no_time() throws Exception {
        RunningBroker broker = RunningBroker.start(folder);
        try (broker) {
            broker.createTopic("loaded", 1, Map.of());
            try (RawSocket idle = new RawSocket(broker.bootstrap());
                    RawSocket waiting = new RawSocket(broker.bootstrap())) {
                waiting.send(ApiKeys.FETCH, 4, waitingFetch());
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(() -> RunningBroker.replicas(broker).parkedCount() > 0);
                // Another kind of request would end the wait by itself.
                waiting.send(ApiKeys.FETCH, 4, waitingFetch());
                CompletableFuture<Void> stop =
                        CompletableFuture.runAsync(
                                broker::stop, task -> Thread.ofPlatform().start(task));
                var answer = (FetchResponseData) waiting.receive(ApiKeys.FETCH, 4);
                assertThat(answer.responses()).hasSize(1);
                assertThat(waiting.isEnded()).isTrue();
                assertThat(idle.isEnded()).isTrue();
                stop.get(20, TimeUnit.SECONDS);
            }
        }
    }

    private static FetchRequestData waitingFetch() {
        FetchPartition partition = new FetchPartition().setPartitionMaxBytes(1_000);
        return new FetchRequestData()
                .setReplicaId(-1)
                .setMaxWaitMs(25_000)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(
                        List.of(
                                new FetchTopic()
                                        .setTopic("loaded")
                                        .setPartitions(List.of(partition))));
    }
}
