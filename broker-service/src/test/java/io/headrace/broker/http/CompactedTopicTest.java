package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordReader;
import io.headrace.testkit.process.KafkaPeer;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A compacted topic in a whole broker: what goes, what stays, and what Kafka's tool says to it. */
class CompactedTopicTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int KEYS = 5;
    private static final int ROUNDS = 60;

    /** The newest of each key, and what the active segment of 2,000 bytes may still hold. */
    private static final int LEFT_MAX = 30;

    private static final Pattern TIME_WITHOUT_RECORD =
            Pattern.compile(
                    "Found timestamp mismatch in :\\S+\\.timeindex\\n"
                            + " *Index timestamp: (\\d+), log timestamp: -1\\n");

    private record Stored(String key, @Nullable String value) {}

    @TempDir Path folder;
    private final NavigableMap<Long, Stored> written = new TreeMap<>();
    private RunningBroker broker;

    @Test
    void keepsTheNewestOfEachKeyAndForgetsTombstonesInTime() throws Exception {
        try (RunningBroker running =
                RunningBroker.start(folder, "--headrace.broker.compaction.backoff=50ms")) {
            broker = running;
            running.createTopic(
                    "state",
                    1,
                    Map.of(
                            "cleanup.policy", "compact",
                            "segment.bytes", "2000",
                            "index.interval.bytes", "200",
                            "min.cleanable.dirty.ratio", "0.01",
                            "delete.retention.ms", "100"));
            produce(new Stored("gone", "x".repeat(100)));
            produce(new Stored("gone", null));
            for (int round = 0; round < ROUNDS; round++) {
                produce(round(round));
            }
            Awaitility.await().atMost(LIMIT).until(() -> readAll().size() <= LEFT_MAX);
            onlyDuplicatesAreMissing();
            readsFromAnyOffsetGoOnAtTheNextRecordThatIsLeft();
            tombstonesGoOnceTheirTimeIsOver();
            running.stop();
            kafkasToolReadsTheSegments();
        }
    }

    private static Stored[] round(int round) {
        Stored[] records = new Stored[KEYS];
        for (int k = 0; k < KEYS; k++) {
            records[k] = new Stored("key-" + k, "value-" + round + "-" + k + "x".repeat(100));
        }
        return records;
    }

    private void produce(Stored... records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1024);
        for (Stored record : records) {
            builder.append(
                    System.currentTimeMillis(), bytes(record.key), bytes(record.value), List.of());
        }
        HttpResponse<String> answer =
                broker.post(broker.batches("state", 0), RunningBroker.bytes(builder.build()));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        long offset = written.isEmpty() ? 0 : written.lastKey() + 1;
        assertThat(answer.body()).contains("\"base_offset\":" + offset + ",");
        for (Stored record : records) {
            written.put(offset++, record);
        }
    }

    private NavigableMap<Long, Stored> readAll() {
        return readFrom(0);
    }

    /** What a client sees: whole batches, of which it skips records below the offset. */
    private NavigableMap<Long, Stored> readFrom(long offset) {
        NavigableMap<Long, Stored> records = new TreeMap<>();
        RecordReader reader = new RecordReader(1 << 20);
        long next = offset;
        for (HttpResponse<byte[]> answer = fetch(next);
                answer.statusCode() == 200;
                answer = fetch(next)) {
            byte[] body = answer.body();
            reader.wrap(ByteBuffer.wrap(body), 0, body.length, next);
            while (reader.next()) {
                records.put(reader.offset(), new Stored(text(reader.key()), text(reader.value())));
            }
            next = reader.nextOffset();
        }
        return records;
    }

    private HttpResponse<byte[]> fetch(long offset) {
        return broker.getBytes(broker.batches("state", 0) + "?offset=" + offset);
    }

    private void onlyDuplicatesAreMissing() {
        NavigableMap<Long, Stored> left = readAll();
        assertThat(written).containsAllEntriesOf(left);
        assertThat(latest(left)).isEqualTo(latest(written));
    }

    private static Map<String, String> latest(NavigableMap<Long, Stored> records) {
        Map<String, String> latest = new HashMap<>();
        for (Stored record : records.values()) {
            if (record.value == null) {
                latest.remove(record.key);
            } else {
                latest.put(record.key, record.value);
            }
        }
        return latest;
    }

    private void readsFromAnyOffsetGoOnAtTheNextRecordThatIsLeft() {
        NavigableMap<Long, Stored> left = readAll();
        for (long offset = 0; offset <= written.lastKey(); offset += 7) {
            assertThat(readFrom(offset)).as("from %d", offset).isEqualTo(left.tailMap(offset));
        }
    }

    /** The next cleaning after the time removes them; it needs something dirty to begin. */
    private void tombstonesGoOnceTheirTimeIsOver() {
        int[] round = {ROUNDS};
        Awaitility.await()
                .atMost(LIMIT)
                .until(
                        () -> {
                            produce(round(round[0]++));
                            return readAll().values().stream().noneMatch(r -> r.value == null);
                        });
        onlyDuplicatesAreMissing();
    }

    private void kafkasToolReadsTheSegments() throws Exception {
        String files = files(".log") + "," + files(".index") + "," + files(".timeindex");
        for (String what : List.of("--verify-index-only", "--print-data-log")) {
            String dump =
                    KafkaPeer.run(
                            "org.apache.kafka.tools.DumpLogSegments",
                            Duration.ofSeconds(90),
                            "--deep-iteration",
                            what,
                            "--files",
                            files);
            assertThat(withoutTimesOfEmptyBatches(dump))
                    .doesNotContainIgnoringCase("mismatch")
                    .doesNotContainIgnoringCase("not found")
                    .doesNotContainIgnoringCase("out of order")
                    .doesNotContainIgnoringCase("isvalid: false")
                    .doesNotContain("Exception");
            if (what.equals("--print-data-log")) {
                for (String value : latest(written).values()) {
                    assertThat(dump).contains("payload: " + value + "\n");
                }
            }
        }
    }

    /**
     * A group's last batch is kept without records, to say how far the file reaches; its header and
     * the time index keep its largest timestamp. The tool looks for that timestamp in the records
     * and reports that there is none (-1): the one complaint that is left out here, and only for
     * the timestamp of such a batch.
     */
    private static String withoutTimesOfEmptyBatches(String dump) {
        return TIME_WITHOUT_RECORD
                .matcher(dump)
                .replaceAll(
                        complaint -> {
                            assertThat(dump)
                                    .containsPattern(
                                            " count: 0 .* CreateTime: " + complaint.group(1) + " ");
                            return "";
                        });
    }

    private String files(String suffix) throws Exception {
        try (Stream<Path> files = Files.list(broker.dataDir().resolve("state-0"))) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .collect(Collectors.joining(","));
        }
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
