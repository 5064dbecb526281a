package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.broker.RunningBroker;
import io.headrace.broker.disk.RealDisk;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.topic.TopicId;
import io.netty.util.ResourceLeakDetector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Fetched bytes go from the page cache to the socket; aborted requests leave nothing behind. */
class ZeroCopyTest {

    private static final String BATCHES_PATH = "/v1/topics/big/partitions/0/batches";
    private static final String ALL = BATCHES_PATH + "?offset=0&max_bytes=50000000";
    private static final String POST =
            String.join(
                    "\r\n",
                    "POST " + BATCHES_PATH + " HTTP/1.1",
                    "Host: x",
                    "Content-Type: " + BatchesHttp.MEDIA_TYPE);
    private static final int BATCHES = 24;
    private static final int SCANNED_BYTES_MAX = 64 << 10;

    @TempDir Path folder;

    @Test
    void segmentBytesAreNeverReadIntoMemoryAndAbortedClientsLeakNothing() throws Exception {
        ListAppender<ILoggingEvent> leaks = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
        leaks.start();
        logger.addAppender(leaks);
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        CountingDisk disk = new CountingDisk();
        try (RunningBroker broker = RunningBroker.start(folder, disk.over(new RealDisk()))) {
            TopicId id = broker.createTopic("big", 1, Map.of());
            byte[] batch = RunningBroker.batch("x".repeat(900_000));
            for (int i = 0; i < BATCHES; i++) {
                assertThat(broker.post(broker.batches("big", 0), batch).statusCode())
                        .isEqualTo(200);
            }
            servesWithoutReading(broker, disk, (long) batch.length * BATCHES);
            abortsWhileReceiving(broker, batch);
            freesTheSegments(broker, id);
        } finally {
            ResourceLeakDetector.setLevel(before);
            logger.detachAppender(leaks);
        }
        System.gc();
        assertThat(leaks.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
    }

    private static void servesWithoutReading(RunningBroker broker, CountingDisk disk, long bytes)
            throws Exception {
        long before = disk.bytesRead.get();
        assertThat(
                        broker.getBytes(broker.batches("big", 0) + "?offset=0&max_bytes=50000000")
                                .body())
                .hasSize((int) bytes);
        assertThat(broker.getBytes(broker.url() + "/v1/topics/big/partitions/0/segments/0").body())
                .hasSize((int) bytes);
        assertThat(disk.bytesRead.get() - before).isLessThan(SCANNED_BYTES_MAX);
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.request("HEAD", ALL);
            raw.request("GET", "/actuator/health/liveness");
            assertThat(raw.head().text())
                    .contains("200")
                    .containsIgnoringCase("content-length: " + bytes);
            assertThat(raw.answer().text()).contains("UP");
        }
    }

    private static void abortsWhileReceiving(RunningBroker broker, byte[] batch) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (RawHttp raw = new RawHttp(broker.port())) {
                raw.request("GET", ALL);
                if (i % 2 == 0) {
                    assertThat(raw.head().text()).contains("200");
                }
            }
            try (RawHttp raw = new RawHttp(broker.port())) {
                raw.send(POST + "\r\nContent-Length: " + batch.length + "\r\n\r\n");
                raw.send(Arrays.copyOf(batch, batch.length / 2));
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () ->
                                assertThat(broker.get(broker.url() + "/actuator/prometheus").body())
                                        .contains("headrace_broker_request_bytes_in_flight 0.0"));
    }

    private static void freesTheSegments(RunningBroker broker, TopicId id) throws Exception {
        broker.deleteTopic("big", id, 0);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> broker.openSegments("big") == 0);
    }
}
