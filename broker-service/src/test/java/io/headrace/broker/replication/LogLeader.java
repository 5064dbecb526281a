package io.headrace.broker.replication;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.broker.log.epoch.EpochEnd;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A leader's log on a disk of its own, and its answers; no threads. */
final class LogLeader {

    static final TopicPartition NAME = new TopicPartition("orders", 0);
    static final TopicId TOPIC = new TopicId(3, 4);
    static final LogConfig SMALL =
            LogConfig.DEFAULTS
                    .withSegments(new LogConfig.Segments(1500, 604_800_000L, 0, 200, 1 << 20))
                    .withTimestamps(new LogConfig.Timestamps(false, Long.MAX_VALUE, Long.MAX_VALUE))
                    .withRetention(new LogConfig.Retention(true, -1, -1));

    final PartitionLog log;
    final SimulatedDisk disk = new SimulatedDisk(9);
    final LogDirectory directory;
    private int written;

    LogLeader() throws IOException {
        this(SMALL);
    }

    LogLeader(LogConfig config) throws IOException {
        directory =
                LogDirectory.open(
                        LogDirectorySettings.of(Path.of("/leader"), "c", 9).withReserveBytes(0),
                        disk,
                        LogClock.system(),
                        (path, failure) -> {});
        if (!(directory.open(new LogSpec(NAME, TOPIC, config))
                instanceof OpenOutcome.Opened(PartitionLog opened))) {
            throw new AssertionError("the leader's log does not open");
        }
        log = opened;
        log.highWatermark(log::logEndOffset);
    }

    LogLeader lead(int epoch, int records) throws IOException {
        log.beginLeaderEpoch(epoch);
        for (int i = 0; i < records; i++) {
            RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 1024);
            String value = epoch + "-" + written++ + "-" + "x".repeat(written % 3 * 60);
            batch.append(
                    1000L + written,
                    (byte[]) null,
                    value.getBytes(StandardCharsets.UTF_8),
                    List.of());
            if (!(log.append(batch.build(), epoch) instanceof AppendOutcome.Appended)) {
                throw new AssertionError("the leader did not append");
            }
        }
        return this;
    }

    /** One batch of one record; null for a tombstone. */
    LogLeader put(String key, @Nullable String value) {
        RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 1024);
        batch.append(
                1000L + written++,
                key.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8),
                List.of());
        if (!(log.append(batch.build(), 1) instanceof AppendOutcome.Appended)) {
            throw new AssertionError("the leader did not append");
        }
        return this;
    }

    /** Begins with the same bytes as the other one, but for the batch at the offset. */
    LogLeader without(LogLeader other, long missing) throws IOException {
        for (long at = 0; at < other.log.logEndOffset(); at++) {
            if (at != missing) {
                log.appendAsFollower(other.read(at, 1, at + 1));
            }
        }
        return this;
    }

    /** Begins with the same bytes as the other one. */
    LogLeader after(LogLeader other, long end) throws IOException {
        for (long at = 0; at < end; ) {
            ByteBuffer batch = other.read(at, 1, end);
            log.appendAsFollower(batch);
            at = log.logEndOffset();
        }
        return this;
    }

    ByteBuffer read(long offset, int bytesMax, long bound) throws IOException {
        if (log.read(offset, bytesMax, bound, true) instanceof ReadOutcome.Found(LogSlice slice)) {
            try (slice) {
                ByteBuffer bytes = ByteBuffer.allocate(slice.length());
                while (bytes.hasRemaining()) {
                    slice.read(bytes, bytes.position());
                }
                return bytes.flip();
            }
        }
        return ByteBuffer.allocate(0);
    }

    /** All bytes between log start and the bound. */
    ByteBuffer all(long bound) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        long at = log.logStartOffset();
        while (at < bound) {
            ByteBuffer some = read(at, 1, bound);
            if (!some.hasRemaining()) {
                break;
            }
            at = io.headrace.model.record.RecordBatch.nextOffset(some, 0);
            all.put(some);
        }
        return all.flip();
    }

    OfPartition answer(FetchPosition asked, long highWatermark, int bytesMax) throws IOException {
        EpochEnd diverging = EpochEnd.UNKNOWN;
        if (asked.lastEpoch() >= 0) {
            EpochEnd end = log.endOffsetFor(asked.lastEpoch());
            if (end.epoch() < asked.lastEpoch() || end.endOffset() < asked.offset()) {
                diverging = end;
            }
        }
        boolean isInRange =
                asked.offset() >= log.logStartOffset() && asked.offset() <= log.logEndOffset();
        boolean isAgreed = diverging.epoch() < 0;
        return new OfPartition(
                new FetchKey(TOPIC, NAME.partition()),
                isAgreed && !isInRange ? Refusal.OUT_OF_RANGE : Refusal.NONE,
                "",
                highWatermark,
                log.logStartOffset(),
                diverging.epoch(),
                diverging.endOffset(),
                isAgreed && isInRange
                        ? read(asked.offset(), bytesMax, Long.MAX_VALUE)
                        : ByteBuffer.allocate(0));
    }
}
