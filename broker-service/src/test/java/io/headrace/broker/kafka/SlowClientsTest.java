package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.broker.RunningBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who takes too long, and who speaks something else: cut off with a word in the server log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SlowClientsTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration FRAME_TIME = Duration.ofMillis(600);
    private static final byte[] SMALL = {1};

    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final ListAppender<ILoggingEvent> log =
            new ListAppender<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    lines.add(event.getFormattedMessage());
                }
            };
    private RunningBroker broker;
    private ListenerCounters counters;
    private KafkaListener listener;

    @BeforeAll
    void start(@TempDir Path temp) throws Exception {
        broker =
                RunningBroker.start(
                        temp,
                        "--headrace.broker.kafka.frame-time=" + FRAME_TIME.toMillis() + "ms",
                        "--headrace.broker.kafka.idle=1500ms");
        counters = broker.context().getBean(ListenerCounters.class);
        listener = broker.context().getBean(KafkaListener.class);
        broker.createTopic("beside", 1, Map.of());
        log.start();
        ((Logger) LoggerFactory.getLogger(FrameAssembler.class)).addAppender(log);
    }

    @AfterAll
    void stop() throws Exception {
        ((Logger) LoggerFactory.getLogger(FrameAssembler.class)).detachAppender(log);
        broker.close();
    }

    private KafkaProducer<byte[], byte[]> goodClient() throws Exception {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private void assertLogged(String part) {
        assertThat(lines).anySatisfy(line -> assertThat(line).contains(part));
    }

    @Test
    void who_hangs_up_while_a_fetch_waits_leaves_nothing_behind() throws Exception {
        FetchRequestData request =
                new FetchRequestData()
                        .setMaxWaitMs(60_000)
                        .setMinBytes(1_000_000)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopic("beside")
                                                .setPartitions(
                                                        List.of(
                                                                new FetchPartition()
                                                                        .setPartitionMaxBytes(
                                                                                1_000_000)))));
        try (RawSocket waiting = new RawSocket(broker.bootstrap())) {
            waiting.send(ApiKeys.FETCH, 11, request);
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> RunningBroker.replicas(broker).parkedCount() == 1);
        }
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> RunningBroker.replicas(broker).parkedCount() == 0);
        assertThat(listener.bytesInFlight()).isZero();
    }

    @Test
    void a_frame_that_trickles_byte_by_byte_is_cut_off_while_a_good_client_is_served()
            throws Exception {
        long before = counters.unreadableRequests();
        ScheduledExecutorService drip = Executors.newScheduledThreadPool(1);
        try (RawSocket slow = new RawSocket(broker.bootstrap());
                KafkaProducer<byte[], byte[]> good = goodClient()) {
            long start = System.nanoTime();
            slow.write(ByteBuffer.allocate(4).putInt(50_000_000).array());
            var _ =
                    drip.scheduleWithFixedDelay(
                            () -> {
                                try {
                                    slow.write(SMALL);
                                } catch (IOException e) {
                                    throw new IllegalStateException(e); // ends the drip
                                }
                            },
                            0,
                            5,
                            TimeUnit.MILLISECONDS);
            do {
                good.send(new ProducerRecord<>("beside", SMALL)).get(20, TimeUnit.SECONDS);
            } while (counters.unreadableRequests() == before
                    && System.nanoTime() - start < LIMIT.toNanos());
            Duration held = Duration.ofNanos(System.nanoTime() - start);
            assertThat(slow.isEnded()).isTrue();
            assertThat(held).isBetween(FRAME_TIME, FRAME_TIME.multipliedBy(10));
            assertLogged("took too long to arrive");
            Awaitility.await().atMost(LIMIT).until(() -> listener.bytesInFlight() == 0);
        } finally {
            drip.shutdownNow();
        }
    }

    @Test
    void half_a_length_is_cut_off_too() throws Exception {
        try (RawSocket slow = new RawSocket(broker.bootstrap())) {
            slow.write((byte) 0, (byte) 0);
            assertThat(slow.isEnded()).isTrue();
        }
    }

    /** 200 KiB announced and sent in pieces: slower than the fixed time, but it moves on. */
    @Test
    void a_large_frame_on_a_slow_line_gets_the_time_that_it_needs() throws Exception {
        byte[] frame =
                RawSocket.frame(ApiKeys.METADATA, (short) 12, HostileSizesTest.metadata(20_000), 0);
        int pieces = 50; // 25 ms each
        ScheduledExecutorService line = Executors.newScheduledThreadPool(1);
        try (RawSocket steady = new RawSocket(broker.bootstrap())) {
            long start = System.nanoTime();
            for (int i = 0; i < pieces; i++) {
                int from = (int) ((long) frame.length * i / pieces);
                int to = (int) ((long) frame.length * (i + 1) / pieces);
                byte[] piece = java.util.Arrays.copyOfRange(frame, from, to);
                line.schedule(
                                () -> {
                                    steady.write(piece);
                                    return null;
                                },
                                25,
                                TimeUnit.MILLISECONDS)
                        .get(20, TimeUnit.SECONDS);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(FRAME_TIME);
            assertThat(steady.receive(ApiKeys.METADATA, 12)).isNotNull();
        } finally {
            line.shutdownNow();
        }
    }

    @Test
    void a_client_that_does_not_take_its_answer_is_let_go() throws Exception {
        broker.createTopic("large", 1, Map.of());
        try (KafkaProducer<byte[], byte[]> good = goodClient()) {
            for (int i = 0; i < 50; i++) {
                var _ = good.send(new ProducerRecord<>("large", new byte[900_000]));
            }
            good.flush();
        }
        Awaitility.await().atMost(LIMIT).until(() -> counters.connections() == 0);
        try (RawSocket greedy = new RawSocket(broker.bootstrap())) {
            greedy.send(
                    ApiKeys.FETCH,
                    4,
                    new FetchRequestData()
                            .setReplicaId(-1)
                            .setMaxBytes(Integer.MAX_VALUE)
                            .setTopics(
                                    List.of(
                                            new FetchTopic()
                                                    .setTopic("large")
                                                    .setPartitions(
                                                            List.of(
                                                                    new FetchPartition()
                                                                            .setPartitionMaxBytes(
                                                                                    Integer
                                                                                            .MAX_VALUE))))));
            Awaitility.await().atMost(LIMIT).until(() -> counters.connections() == 1);
            Awaitility.await().atMost(LIMIT).until(() -> counters.connections() == 0);
            Awaitility.await().atMost(LIMIT).until(() -> listener.bytesInFlight() == 0);
        }
    }

    @Test
    void who_speaks_TLS_or_HTTP_reads_in_the_server_log_what_to_change() throws Exception {
        int port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
        try (SSLSocket tls =
                (SSLSocket)
                        SSLSocketFactory.getDefault()
                                .createSocket(InetAddress.getLoopbackAddress(), port)) {
            tls.setSoTimeout(20_000);
            assertThatThrownBy(tls::startHandshake).isInstanceOf(IOException.class);
        }
        assertLogged("it speaks TLS, and this listener is not encrypted");
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest get =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/topics"))
                            .timeout(LIMIT)
                            .build();
            assertThatThrownBy(() -> http.send(get, HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
        assertLogged("it speaks HTTP, and this listener speaks the Kafka protocol");
        try (KafkaProducer<byte[], byte[]> good = goodClient()) {
            good.send(new ProducerRecord<>("beside", SMALL)).get(20, TimeUnit.SECONDS);
        }
    }
}
