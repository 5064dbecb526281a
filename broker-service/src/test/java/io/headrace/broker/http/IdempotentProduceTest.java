package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.TopicNode;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.topic.TopicId;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches that name their producer, as any program may send them over HTTP. */
class IdempotentProduceTest {

    private static final long PRODUCER = 8_000;

    @TempDir static Path folder;
    private static RunningBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = RunningBroker.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    private static byte[] batch(int epoch, int sequence, int count) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 256);
        builder.producer(PRODUCER, (short) epoch, sequence, false);
        for (int i = 0; i < count; i++) {
            byte[] value = ("r" + (sequence + i)).getBytes(StandardCharsets.UTF_8);
            builder.append(1000, value, value, List.of());
        }
        return RunningBroker.bytes(builder.build());
    }

    private static HttpResponse<String> post(String topic, String query, byte[]... batches) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (byte[] batch : batches) {
            body.writeBytes(batch);
        }
        return broker.post(broker.batches(topic, 0) + query, body.toByteArray());
    }

    private static void assertOffsets(HttpResponse<String> answer, long base, long last) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .contains("\"base_offset\":" + base + ",")
                .contains("\"last_offset\":" + last + ",")
                .contains("\"log_append_time_ms\":-1,");
    }

    private static void assertRefused(HttpResponse<String> answer, String code, int number) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(answer.body())
                .contains("\"code\":\"" + code + "\"")
                .contains("\"error_code\":" + number + ",")
                .contains("\"retriable\":false");
    }

    private static String state(String topic) {
        return broker.get(broker.url() + "/v1/topics/" + topic + "/partitions/0").body();
    }

    @Test
    void aRepetitionAnswersTheFirstOffsetsAndAGapIsRefused() throws Exception {
        broker.createTopic("raw", 1, Map.of());
        assertOffsets(post("raw", "", RunningBroker.batch("nobody's")), 0, 0);
        assertOffsets(post("raw", "", batch(1, 0, 3)), 1, 3);
        assertOffsets(post("raw", "?acks=1", batch(1, 0, 3)), 1, 3);
        assertOffsets(post("raw", "?acks=-1", batch(1, 0, 3)), 1, 3);
        assertThat(post("raw", "?acks=0", batch(1, 0, 3)).statusCode()).isEqualTo(204);
        assertRefused(post("raw", "", batch(1, 4, 1)), "OUT_OF_ORDER_SEQUENCE_NUMBER", 45);
        assertRefused(post("raw", "", batch(1, 1, 2)), "OUT_OF_ORDER_SEQUENCE_NUMBER", 45);
        assertRefused(post("raw", "", batch(2, 3, 1)), "OUT_OF_ORDER_SEQUENCE_NUMBER", 45);
        assertRefused(post("raw", "", batch(0, 3, 1)), "INVALID_PRODUCER_EPOCH", 47);
        assertRefused(
                post("raw", "", batch(1, 0, 3), batch(1, 3, 1)), "DUPLICATE_SEQUENCE_NUMBER", 46);
        assertOffsets(post("raw", "", batch(1, 3, 1), batch(1, 4, 2)), 4, 6);
        assertOffsets(post("raw", "", batch(1, 3, 1), batch(1, 4, 2)), 4, 6);
        assertThat(state("raw")).contains("\"log_end_offset\":7,");

        broker.stop();
        broker.launch();
        broker.awaitLed("raw", 1);
        assertOffsets(post("raw", "", batch(1, 4, 2)), 5, 6);
        assertRefused(post("raw", "", batch(1, 7, 1)), "OUT_OF_ORDER_SEQUENCE_NUMBER", 45);
        assertOffsets(post("raw", "", batch(1, 6, 1)), 7, 7);
        assertThat(state("raw")).contains("\"log_end_offset\":8,");
    }

    @Test
    void aRepetitionIsNotAcknowledgedBeforeWhatItRepeatsIsCommitted() throws Exception {
        broker.admit();
        broker.registerOther(2);
        TopicId id = TopicId.random();
        broker.state("slow", id, new PartitionState(1, 0, List.of(1, 2), 1));
        broker.put(
                ZkPaths.topic("slow"),
                new TopicNode(id.toString(), List.of(List.of(1, 2)), Map.of()));
        broker.awaitLed("slow", 1);
        await("slow", "\"isr\":[1,2]");
        assertOffsets(post("slow", "?acks=1", batch(0, 0, 2)), 0, 1);
        assertThat(state("slow")).contains("\"high_watermark\":0,");
        assertOffsets(post("slow", "?acks=1", batch(0, 0, 2)), 0, 1);
        HttpResponse<String> waited = post("slow", "?acks=-1&timeout_ms=200", batch(0, 0, 2));
        assertThat(waited.statusCode()).isEqualTo(503);
        assertThat(waited.body()).contains("REQUEST_TIMED_OUT").contains("\"unknown\"");

        var waiting =
                java.util.concurrent.CompletableFuture.supplyAsync(
                        () -> post("slow", "?acks=-1&timeout_ms=20000", batch(0, 0, 2)));
        broker.state("slow", id, new PartitionState(1, 0, List.of(1), 2));
        assertOffsets(waiting.get(20, java.util.concurrent.TimeUnit.SECONDS), 0, 1);
        await("slow", "\"high_watermark\":2,");
        assertOffsets(post("slow", "?acks=-1", batch(0, 0, 2)), 0, 1);
        assertThat(state("slow")).contains("\"log_end_offset\":2,");
    }

    @Test
    void aRepetitionWaitsForTheFlushWhereTheTopicAsksForIt() throws Exception {
        broker.createTopic("flushed", 1, Map.of("flush.on.ack", "true"));
        assertOffsets(post("flushed", "?acks=1", batch(0, 0, 2)), 0, 1);
        assertOffsets(post("flushed", "?acks=1", batch(0, 0, 2)), 0, 1);
        assertOffsets(post("flushed", "?acks=-1", batch(0, 0, 2)), 0, 1);
        assertOffsets(post("flushed", "?acks=-1", batch(0, 2, 1)), 2, 2);
    }

    private static void await(String topic, String what) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> state(topic).contains(what));
    }
}
