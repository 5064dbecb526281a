package io.headrace.broker.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.kafka.RawSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Who reads slowly, and who only works on what it has read; in windows of 250 ms. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowReadersTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Eight windows: more than 30 s of those that a broker looks at by default. */
    private static final Duration WORK = Duration.ofSeconds(2);

    /** More than the kernel holds for a connection. */
    private static final int ANSWER_BYTES = 10_000_000;

    private static final int BATCHES = 50;

    private RunningBroker broker;
    private SlowReaders readers;
    private long before;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker =
                RunningBroker.start(
                        temp,
                        "--headrace.broker.slow-readers.window=250ms",
                        "--headrace.broker.slow-readers.close-after=6s");
        readers = broker.context().getBean(SlowReaders.class);
        broker.createTopic("t", 1, Map.of());
        byte[] batch = RunningBroker.batch("x".repeat(900_000));
        for (int i = 0; i < BATCHES; i++) {
            assertThat(broker.post(broker.batches("t", 0), batch).statusCode()).isEqualTo(200);
        }
    }

    @AfterAll
    void stop() throws Exception {
        broker.close();
    }

    @BeforeEach
    void count() {
        before = readers.count();
    }

    private void assertSlow() {
        Awaitility.await().atMost(LIMIT).until(() -> readers.count() > before);
    }

    @Test
    void a_Kafka_client_that_reads_a_byte_a_second_is_slow() throws Exception {
        try (RawSocket slow = new RawSocket(broker.bootstrap());
                ScheduledExecutorService clock = Executors.newScheduledThreadPool(1)) {
            slow.send(ApiKeys.FETCH, 4, fetch());
            everySecond(clock, slow::isEnded);
            assertSlow();
            clock.shutdownNow();
        }
    }

    private static FetchRequestData fetch() {
        return new FetchRequestData()
                .setReplicaId(-1)
                .setMaxBytes(ANSWER_BYTES)
                .setTopics(
                        List.of(
                                new FetchTopic()
                                        .setTopic("t")
                                        .setPartitions(
                                                List.of(
                                                        new FetchPartition()
                                                                .setPartitionMaxBytes(
                                                                        ANSWER_BYTES)))));
    }

    @Test
    void a_consumer_that_works_for_long_between_two_polls_is_not() throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(List.of(new TopicPartition("t", 0)));
            int records = 0;
            while (records < BATCHES) {
                int polled = consumer.poll(LIMIT).count();
                assertThat(polled).isPositive();
                boolean isFirst = records == 0;
                records += polled;
                if (isFirst) { // the next answer is on its way
                    assertThat(records).isLessThan(BATCHES / 2);
                    Awaitility.await()
                            .during(WORK)
                            .atMost(LIMIT)
                            .until(() -> readers.count() == before);
                }
            }
        }
        assertThat(readers.count()).isEqualTo(before);
    }

    private KafkaConsumer<byte[], byte[]> consumer() throws Exception {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "auto.offset.reset",
                        "earliest",
                        "max.partition.fetch.bytes",
                        ANSWER_BYTES),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    @Test
    void who_works_for_ever_is_let_go_and_noted_then() throws Exception {
        long closed = readers.closed();
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
            ask(socket, 1);
            takeAnswer(socket.getInputStream());
            ask(socket, ANSWER_BYTES);
            Awaitility.await().atMost(LIMIT).until(() -> readers.closed() > closed);
            assertThat(readers.count()).isEqualTo(before + 1);
        }
    }

    private static void ask(Socket socket, int bytesMax) throws IOException {
        String path = "/v1/topics/t/partitions/0/batches?offset=0&max_bytes=" + bytesMax;
        socket.getOutputStream()
                .write(
                        ("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
    }

    private static void takeAnswer(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            head.write(in.read());
        }
        Matcher length =
                Pattern.compile("content-length: (\\d+)", Pattern.CASE_INSENSITIVE)
                        .matcher(head.toString(StandardCharsets.US_ASCII));
        assertThat(length.find()).as(head.toString(StandardCharsets.US_ASCII)).isTrue();
        in.skipNBytes(Long.parseLong(length.group(1)));
    }

    private static void everySecond(ScheduledExecutorService clock, Callable<?> step) {
        var _ =
                clock.scheduleAtFixedRate(
                        () -> {
                            try {
                                step.call();
                            } catch (Exception e) {
                                throw new IllegalStateException(e); // ends it
                            }
                        },
                        0,
                        1,
                        TimeUnit.SECONDS);
    }
}
