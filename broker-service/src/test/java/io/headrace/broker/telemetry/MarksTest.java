package io.headrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.broker.RunningBroker;
import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.RealDisk;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.telemetry.Troubles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What goes wrong around a broker leaves its mark in metrics, server log and health. */
class MarksTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String TROUBLES = "--headrace.broker.troubles.";

    @TempDir Path folder;

    private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(Troubles.class);
    private final ListAppender<ILoggingEvent> appender =
            new ListAppender<>() {
                @Override
                protected void append(ILoggingEvent event) {
                    lines.add(event.getFormattedMessage());
                }
            };

    /** Listens once the broker has set up its log, which removes who listened before. */
    private RunningBroker start(Disk disk, String... args) throws Exception {
        RunningBroker broker = RunningBroker.start(folder, disk, args);
        appender.start();
        log.addAppender(appender);
        return broker;
    }

    @AfterEach
    void leave() {
        log.detachAppender(appender);
    }

    // ---- files that cannot be read

    @Test
    void a_segment_that_the_kernel_cannot_send_is_named() throws Exception {
        BadDisk bad = new BadDisk(folder);
        try (RunningBroker broker = start(bad.over(new RealDisk()))) {
            produce(broker, "t", 1);
            bad.fault = BadDisk.Fault.SENDS_FAIL;
            assertThatThrownBy(() -> broker.getBytes(broker.batches("t", 0) + "?offset=0"))
                    .hasRootCauseInstanceOf(IOException.class);
            assertMark(broker, "read_failed");
            String failed = "kafka_server_brokertopicmetrics_failedfetchrequests_total";
            assertThat(value(broker, failed + "{topic=\"t\"}")).isOne();
            assertThat(lines)
                    .anySatisfy(line -> assertThat(line).contains("the segment 0 of t-0 cannot"));
        }
    }

    @Test
    void a_segment_that_the_kernel_cannot_send_to_a_Kafka_consumer_is_named_too() throws Exception {
        BadDisk bad = new BadDisk(folder);
        try (RunningBroker broker = start(bad.over(new RealDisk()));
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(
                                Map.of(
                                        "bootstrap.servers",
                                        broker.bootstrap(),
                                        "auto.offset.reset",
                                        "earliest"),
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer())) {
            produce(broker, "t", 1);
            bad.fault = BadDisk.Fault.SENDS_FAIL;
            consumer.assign(List.of(new TopicPartition("t", 0)));
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                assertThat(consumer.poll(Duration.ofMillis(100))).isEmpty();
                                return count(broker, "read_failed") > 0;
                            });
            bad.fault = BadDisk.Fault.NONE;
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
        }
    }

    @Test
    void a_segment_that_cannot_be_loaded_is_a_storage_error_and_a_trouble() throws Exception {
        BadDisk bad = new BadDisk(folder);
        try (RunningBroker broker = start(bad.over(new RealDisk()))) {
            produce(broker, "t", 1);
            bad.fault = BadDisk.Fault.READS_FAIL;
            HttpResponse<String> answer = broker.get(broker.batches("t", 0) + "?offset=0");
            assertThat(answer.body()).contains("KAFKA_STORAGE_ERROR");
            assertMark(broker, "read_failed");
        }
    }

    @Test
    void a_client_that_goes_is_no_file_that_cannot_be_read() throws Exception {
        try (RunningBroker broker = start(new RealDisk())) {
            produce(broker, "t", 50);
            for (int i = 0; i < 3; i++) {
                try (Socket reader = reader(broker)) {
                    assertThat(reader.getInputStream().read()).isPositive();
                    reader.setSoLinger(true, 0);
                }
            }
            assertThat(broker.get(broker.url() + "/v1/topics/t/partitions/0").statusCode())
                    .isEqualTo(200);
            assertThat(count(broker, "read_failed")).isZero();
        }
    }

    // ---- flushes

    @Test
    void a_flush_that_hangs_is_seen_while_it_does() throws Exception {
        BadDisk bad = new BadDisk(folder);
        try (RunningBroker broker = start(bad.over(new RealDisk()), TROUBLES + "flush-max=100ms")) {
            broker.createTopic("t", 1, Map.of("flush.on.ack", "true"));
            bad.fault = BadDisk.Fault.FLUSHES_HANG;
            CompletableFuture<HttpResponse<String>> answer =
                    broker.http()
                            .sendAsync(
                                    HttpRequest.newBuilder(URI.create(broker.batches("t", 0)))
                                            .header("Content-Type", BatchesHttp.MEDIA_TYPE)
                                            .POST(
                                                    HttpRequest.BodyPublishers.ofByteArray(
                                                            RunningBroker.batch("x")))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString());
            try {
                assertMark(broker, "slow_flush");
                assertThat(answer).isNotDone();
            } finally {
                bad.letGo.countDown();
            }
            assertThat(answer.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            String flushes = "kafka_log_logflushstats_logflushrateandtimems";
            assertThat(value(broker, flushes + "_count")).isPositive();
            assertThat(value(broker, flushes + "_sum")).isGreaterThan(100);
        }
    }

    // ---- clients

    @Test
    void who_does_not_take_an_answer_is_seen_and_let_go_who_does_is_not() throws Exception {
        try (RunningBroker broker =
                start(
                        new RealDisk(),
                        "--headrace.broker.slow-readers.window=250ms",
                        "--headrace.broker.slow-readers.close-after=1s")) {
            produce(broker, "t", 50);
            try (Socket slow = reader(broker)) {
                assertThat(slow.getInputStream().read()).isPositive();
                assertMark(broker, "slow_reader");
                assertThat(value(broker, "headrace_broker_slow_readers_total")).isOne();
                Awaitility.await()
                        .atMost(LIMIT)
                        .until(
                                () ->
                                        value(broker, "headrace_broker_slow_readers_closed_total")
                                                == 1);
            }
            try (Socket steady = reader(broker)) {
                byte[] some = new byte[200_000];
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(10))
                        .atMost(LIMIT)
                        .until(() -> steady.getInputStream().readNBytes(some, 0, some.length) == 0);
            }
            assertThat(value(broker, "headrace_broker_slow_readers_total"))
                    .as("50 MB at 20 MB/s take longer than a slow client is given")
                    .isOne();
        }
    }

    private static Socket reader(RunningBroker broker) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
        socket.getOutputStream()
                .write(
                        ("GET /v1/topics/t/partitions/0/batches?offset=0&max_bytes=50000000"
                                        + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void a_flood_of_connections_is_seen_and_so_are_those_that_are_refused() throws Exception {
        try (RunningBroker broker =
                start(
                        new RealDisk(),
                        TROUBLES + "connections-per-second-max=1",
                        "--headrace.broker.kafka.connections-per-address-max=3")) {
            int port = Integer.parseInt(broker.bootstrap().split(":", -1)[1]);
            List<Socket> flood = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                flood.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            assertMark(broker, "connections_refused");
            assertMark(broker, "connection_storm");
            assertThat(value(broker, "headrace_broker_kafka_connections_refused_total"))
                    .isEqualTo(7);
            assertThat(value(broker, "headrace_broker_kafka_connections_accepted_total"))
                    .isEqualTo(10);
            for (Socket each : flood) {
                each.close();
            }
        }
    }

    @Test
    void a_producer_that_repeats_itself_is_seen() throws Exception {
        try (RunningBroker broker = start(new RealDisk())) {
            broker.createTopic("t", 1, Map.of());
            RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 256);
            builder.producer(7, (short) 0, 0, false);
            byte[] value = {1};
            builder.append(1000, value, value, List.of());
            byte[] batch = RunningBroker.bytes(builder.build());
            broker.post(broker.batches("t", 0), batch);
            assertThat(value(broker, "headrace_broker_repeated_batches_total")).isZero();
            broker.post(broker.batches("t", 0), batch);
            assertMark(broker, "repeated_batch");
            assertThat(value(broker, "headrace_broker_repeated_batches_total")).isOne();
        }
    }

    @Test
    void a_member_of_a_group_that_nothing_is_heard_of_is_seen() throws Exception {
        try (RunningBroker broker =
                start(
                        new RealDisk(),
                        "--headrace.broker.groups.session-timeout-min=1s",
                        "--headrace.broker.groups.initial-rebalance-delay=0s")) {
            broker.createTopic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
            broker.createTopic("t", 1, Map.of());
            joinAndGoWithoutAWord(broker);
            assertMark(broker, "member_expired");
            String of = "headrace_broker_coordinator_";
            assertThat(value(broker, of + "members_expired_total")).isOne();
            assertThat(value(broker, of + "rebalances_total")).isPositive();
            assertThat(value(broker, of + "shard_load_seconds_count")).isOne();
        }
    }

    @Test
    void a_group_too_many_is_refused_and_seen() throws Exception {
        try (RunningBroker broker =
                start(new RealDisk(), "--headrace.broker.groups.groups-max=1")) {
            broker.createTopic("__consumer_offsets", 2, Map.of("cleanup.policy", "compact"));
            broker.createTopic("t", 1, Map.of());
            commit(broker, "first", LIMIT);
            assertThatThrownBy(() -> commit(broker, "second", Duration.ofSeconds(2)))
                    .as("it tries again as long as it may")
                    .isInstanceOf(TimeoutException.class);
            assertMark(broker, "groups_refused");
            commit(broker, "first", LIMIT);
            String of = "headrace_broker_coordinator_";
            assertThat(value(broker, of + "groups")).isOne();
            assertThat(value(broker, of + "groups_refused_total")).isPositive();
        }
    }

    private static void commit(RunningBroker broker, String group, Duration limit)
            throws Exception {
        TopicPartition partition = new TopicPartition("t", 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrap(), "group.id", group),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(1)), limit);
        }
    }

    /** A member that has an id of its own does not say that it leaves. */
    private static void joinAndGoWithoutAWord(RunningBroker broker) throws Exception {
        try (KafkaConsumer<byte[], byte[]> member =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrap(),
                                "group.id",
                                "g",
                                "group.instance.id",
                                "one",
                                "session.timeout.ms",
                                1_000,
                                "heartbeat.interval.ms",
                                200),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            member.subscribe(List.of("t"));
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(
                            () -> {
                                member.poll(Duration.ofMillis(100));
                                return !member.assignment().isEmpty();
                            });
        }
    }

    // ---- helpers

    private static void produce(RunningBroker broker, String topic, int batches) throws Exception {
        broker.createTopic(topic, 1, Map.of());
        byte[] batch = RunningBroker.batch("x".repeat(900_000));
        for (int i = 0; i < batches; i++) {
            assertThat(broker.post(broker.batches(topic, 0), batch).statusCode()).isEqualTo(200);
        }
    }

    private void assertMark(RunningBroker broker, String kind) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(count(broker, kind)).isPositive());
        assertThat(lines).anySatisfy(line -> assertThat(line).startsWith("Trouble " + kind + ": "));
        HttpResponse<String> health = broker.get(broker.url() + "/actuator/health/readiness");
        assertThat(health.statusCode()).as(health.body()).isEqualTo(200);
        assertThat(health.body()).containsPattern("\"recentTroubles\":\\[[^]]*\"" + kind + "\"");
    }

    private static double count(RunningBroker broker, String kind) {
        return value(broker, "headrace_troubles_total{kind=\"" + kind + "\"}");
    }

    private static double value(RunningBroker broker, String series) {
        String scrape = broker.get(broker.url() + "/actuator/prometheus").body();
        Matcher line =
                Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
                        .matcher(scrape);
        assertThat(line.find()).as(series + " in\n" + scrape).isTrue();
        return Double.parseDouble(line.group(1));
    }
}
