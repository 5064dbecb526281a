package io.headrace.broker.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.broker.log.SegmentName;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordReader;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A directory with one compacted log and its cleaner, on a clock that tests move. */
final class CompactedLog {

    static final TopicPartition PARTITION = new TopicPartition("state", 0);
    static final Path ROOT = Path.of("/data");
    static final LogConfig CONFIG =
            LogConfig.DEFAULTS
                    .withSegments(new LogConfig.Segments(600, Long.MAX_VALUE, 0, 64, 4096))
                    .withRetention(new LogConfig.Retention(false, -1, -1))
                    .withCompaction(new LogConfig.Compaction(true, 0.01, 0, Long.MAX_VALUE, 1000));

    private static final TopicId TOPIC_ID = TopicId.random();

    /** A record as the log has it. */
    record Stored(long offset, long timestampMs, @Nullable String key, @Nullable String value) {}

    final Disk disk;
    final Path root;
    LogConfig config;
    CleanerSettings settings = CleanerSettings.DEFAULTS.withMapBytesMax(1 << 20);

    /** In the place of what the log knows. */
    @Nullable ProducerEnds producerEnds;

    long nowMs = 1_700_000_000_000L;
    LogDirectory directory;
    PartitionLog log;
    LogCleaner cleaner;

    @SuppressWarnings("NullAway.Init") // open() does
    CompactedLog(Disk disk, Path root, LogConfig config) throws IOException {
        this.disk = disk;
        this.root = root;
        this.config = config;
        open();
    }

    CompactedLog(Disk disk) throws IOException {
        this(disk, ROOT, CONFIG);
    }

    void open() throws IOException {
        LogClock clock = new LogClock(() -> Instant.ofEpochMilli(nowMs), () -> nowMs * 1_000_000);
        directory =
                LogDirectory.open(
                        LogDirectorySettings.of(root, "cluster", 1).withReserveBytes(0),
                        disk,
                        clock,
                        (path, error) -> {});
        OpenOutcome outcome = directory.open(new LogSpec(PARTITION, TOPIC_ID, config));
        assertThat(outcome).isInstanceOf(OpenOutcome.Opened.class);
        log = ((OpenOutcome.Opened) outcome).log();
        log.highWatermark(() -> log.logEndOffset());
        ProducerEnds ends = producerEnds == null ? ProducerEnds.of(directory) : producerEnds;
        cleaner = new LogCleaner(directory, disk, clock, new Random(7), ends, settings);
    }

    void reopen() throws IOException {
        directory.close(1);
        open();
    }

    /** After a clean stop, as if no snapshot of the producers had survived. */
    void reopenWithoutSnapshots() throws IOException {
        directory.close(1);
        Path folder = root.resolve(PARTITION.toString());
        for (String name : disk.list(folder)) {
            if (name.endsWith(SegmentName.SNAPSHOT)) {
                disk.delete(folder.resolve(name));
            }
        }
        open();
    }

    void configure(LogConfig next) {
        config = next;
        log.configure(next);
    }

    /** Appends one batch of {@code key=value}; {@code key} alone is a tombstone. */
    long append(Compression codec, String... records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 256);
        for (String each : records) {
            int at = each.indexOf('=');
            byte[] key = bytes(at < 0 ? each : each.substring(0, at));
            byte[] value = at < 0 ? null : bytes(each.substring(at + 1));
            builder.append(nowMs, key.length == 0 ? null : key, value, List.of());
        }
        return append(builder);
    }

    /** One batch of a producer, of {@code key=value}. */
    AppendOutcome append(long producerId, int sequence, String... records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 256);
        builder.producer(producerId, (short) 0, sequence, false);
        for (String each : records) {
            int at = each.indexOf('=');
            builder.append(
                    nowMs, bytes(each.substring(0, at)), bytes(each.substring(at + 1)), List.of());
        }
        return log.append(builder.build(), 1);
    }

    long append(RecordBatchBuilder builder) {
        AppendOutcome outcome = log.append(builder.build(), 1);
        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        return log.logEndOffset() - 1;
    }

    void append(String... records) {
        append(Compression.NONE, records);
    }

    /** Seals what was appended so far and cleans until nothing is dirty. */
    void clean() throws IOException {
        log.roll();
        for (int round = 0; round < 100; round++) {
            if (!(cleaner.cleanDirtiest() instanceof CleanOutcome.Cleaned)) {
                return;
            }
        }
        throw new AssertionError("cleaning does not come to an end");
    }

    List<Stored> records() throws IOException {
        List<Stored> records = new ArrayList<>();
        RecordReader reader = new RecordReader(1 << 24);
        long offset = log.logStartOffset();
        while (log.read(offset, 1000, Long.MAX_VALUE, true)
                instanceof ReadOutcome.Found(var slice)) {
            try (slice) {
                ByteBuffer bytes = ByteBuffer.allocate(slice.length());
                assertThat(slice.read(bytes, 0)).isEqualTo(slice.length());
                reader.wrap(bytes, 0, slice.length(), offset);
                while (reader.next()) {
                    records.add(
                            new Stored(
                                    reader.offset(),
                                    reader.timestampMs(),
                                    text(reader.key()),
                                    text(reader.value())));
                }
                offset = slice.endOffset();
            }
        }
        return records;
    }

    /** What a reader of the whole log knows: the newest value of each key. */
    Map<String, String> latest() throws IOException {
        Map<String, String> latest = new HashMap<>();
        for (Stored record : records()) {
            if (record.value() == null) {
                latest.remove(record.key());
            } else {
                latest.put(record.key(), record.value());
            }
        }
        return latest;
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
