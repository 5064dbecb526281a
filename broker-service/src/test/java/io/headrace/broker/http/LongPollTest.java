package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.topic.TopicId;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LongPollTest {

    @TempDir Path folder;
    private RunningBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = RunningBroker.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    @Test
    void aWaitingFetchEndsWithTheAppendTheDeadlineTheLeadershipOrTheBroker() throws Exception {
        TopicId id = broker.createTopic("polled", 1, Map.of());
        wokenByTheAppend();
        waitsForEnoughBytes();
        endedByTheDeadline();
        forgottenWithItsConnection();
        fencedAndEndedByTheLossOfLeadership(id);
        answeredAtShutdown();
    }

    private void wokenByTheAppend() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> waiting = fetch(0, 1, 20_000);
        awaitParked(1);
        broker.post(broker.batches("polled", 0), RunningBroker.batch("first"));
        HttpResponse<byte[]> woken = waiting.get(5, TimeUnit.SECONDS);
        assertThat(woken.statusCode()).isEqualTo(200);
        assertThat(woken.headers().firstValue(BatchesHttp.HIGH_WATERMARK)).contains("1");
        awaitParked(0);
    }

    private void waitsForEnoughBytes() throws Exception {
        int size = RunningBroker.batch("12345").length;
        CompletableFuture<HttpResponse<byte[]>> waiting = fetch(1, 3 * size, 20_000);
        awaitParked(1);
        broker.post(broker.batches("polled", 0), RunningBroker.batch("12345"));
        broker.post(broker.batches("polled", 0), RunningBroker.batch("12345"));
        assertThat(waiting).isNotDone();
        broker.post(broker.batches("polled", 0), RunningBroker.batch("12345"));
        assertThat(waiting.get(5, TimeUnit.SECONDS).body()).hasSize(3 * size);
    }

    private void endedByTheDeadline() throws Exception {
        long before = System.nanoTime();
        HttpResponse<byte[]> nothing = fetch(4, 1, 300).get(5, TimeUnit.SECONDS);
        assertThat(nothing.statusCode()).isEqualTo(204);
        assertThat(nothing.headers().firstValue(BatchesHttp.HIGH_WATERMARK)).contains("4");
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isGreaterThan(Duration.ofMillis(290));
        awaitParked(0);
    }

    private void forgottenWithItsConnection() throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            raw.request("GET", "/v1/topics/polled/partitions/0/batches?offset=4&max_wait_ms=60000");
            awaitParked(1);
        }
        awaitParked(0);
    }

    private void fencedAndEndedByTheLossOfLeadership(TopicId id) throws Exception {
        CompletableFuture<HttpResponse<byte[]>> waiting = fetch(4, 1, 20_000);
        awaitParked(1);
        broker.state("polled", id, new PartitionState(2, 1, List.of(2), 1));
        assertThat(waiting.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        broker.state("polled", id, new PartitionState(1, 2, List.of(1), 2));
        broker.awaitLed("polled", 1);
        HttpResponse<String> fenced =
                broker.post(
                        broker.batches("polled", 0) + "?leader_epoch=0", RunningBroker.batch("x"));
        assertThat(fenced.statusCode()).isEqualTo(409);
        assertThat(fenced.body()).contains("FENCED_LEADER_EPOCH").contains("not_done");
        HttpResponse<String> early =
                broker.post(
                        broker.batches("polled", 0) + "?leader_epoch=7", RunningBroker.batch("x"));
        assertThat(early.body()).contains("UNKNOWN_LEADER_EPOCH");
        HttpResponse<String> right =
                broker.post(
                        broker.batches("polled", 0) + "?leader_epoch=2", RunningBroker.batch("x"));
        assertThat(right.body()).contains("\"base_offset\":4").contains("\"leader_epoch\":2");
    }

    private void answeredAtShutdown() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> waiting = fetch(5, 1, 60_000);
        awaitParked(1);
        long before = System.nanoTime();
        broker.stop();
        HttpResponse<byte[]> answered = waiting.get(5, TimeUnit.SECONDS);
        assertThat(answered.statusCode()).isEqualTo(503);
        assertThat(new String(answered.body(), StandardCharsets.UTF_8)).contains("SHUTTING_DOWN");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        broker.launch();
        broker.awaitLed("polled", 1);
        assertThat(broker.get(broker.url() + "/v1/topics/polled/partitions/0").body())
                .contains("\"log_end_offset\":5");
    }

    private CompletableFuture<HttpResponse<byte[]>> fetch(long offset, int bytesMin, long waitMs) {
        return broker.http()
                .sendAsync(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                broker.batches("polled", 0)
                                                        + "?offset="
                                                        + offset
                                                        + "&min_bytes="
                                                        + bytesMin
                                                        + "&max_wait_ms="
                                                        + waitMs))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    private void awaitParked(int count) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> RunningBroker.replicas(broker).parkedCount() == count);
    }
}
