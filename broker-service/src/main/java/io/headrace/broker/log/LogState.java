package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.log.epoch.LeaderEpochs;
import io.headrace.broker.log.producer.ProducerStates;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one log share. Volatile fields are published to readers; only a holder of
 * {@link #writer} changes them (the recovery point: of {@link #flusher}).
 *
 * <p>Invariants: {@code logStartOffset <= logEndOffset}, {@code recoveryPoint <= logEndOffset}, and
 * there is always at least one segment, the last of which is the active one and ends at the log end
 * offset.
 */
final class LogState {

    /** Why the log takes no more requests. */
    record Closed(ErrorCode code, String text) {}

    final TopicPartition partition;
    final Path directory;
    final Disk disk;
    final LogClock clock;
    final DirectoryHealth health;
    final CreatedDirectories created;
    final DiskReserve reserve;
    final LeaderEpochs epochs;

    /** Under {@link #writer}. */
    final ProducerStates producers;

    /** Serialises flushes; taken before {@link #writer}, never after it. */
    final ReentrantLock flusher = new ReentrantLock();

    final ReentrantLock writer = new ReentrantLock();

    volatile LogConfig config;
    volatile SegmentList segments;
    volatile long logStartOffset;
    volatile long logEndOffset;
    volatile long recoveryPoint;
    volatile long flushedAtNanos;
    final AtomicInteger truncations = new AtomicInteger();
    volatile @Nullable Closed closed;

    /** The file may hold bytes behind the log end, after a write that the full disk cut short. */
    volatile boolean isTorn;

    volatile LongSupplier highWatermark = () -> 0;

    private boolean isDirectoryDurable;

    LogState(
            TopicPartition partition,
            Path directory,
            LogHome home,
            LogConfig config,
            LeaderEpochs epochs,
            ProducerStates producers,
            SegmentList segments) {
        this.partition = partition;
        this.directory = directory;
        this.disk = home.disk();
        this.clock = home.clock();
        this.health = home.health();
        this.created = home.created();
        this.reserve = home.reserve();
        this.config = config;
        this.epochs = epochs;
        this.producers = producers;
        this.segments = segments;
        this.flushedAtNanos = clock.nanoTime().getAsLong();
    }

    /**
     * Before the first record is called durable; under {@link #flusher}, or before others see it.
     */
    void makeDirectoryDurable() throws IOException {
        if (isDirectoryDurable) {
            return;
        }
        created.makeDurable();
        Path metadata = directory.resolve(PartitionDirectories.METADATA);
        if (disk.exists(metadata)) {
            try (DiskFile file = disk.open(metadata)) {
                file.force();
            }
            disk.forceDirectory(directory);
        }
        isDirectoryDurable = true;
    }

    /** Null while the log takes requests. */
    @Nullable Closed refusal() {
        Closed now = closed;
        if (now == null && health.isOffline()) {
            return new Closed(ErrorCode.KAFKA_STORAGE_ERROR, health.text());
        }
        return now;
    }

    Segment newSegment(long baseOffset) throws IOException {
        Segment segment =
                Segment.create(disk, directory, baseOffset, config.segments().indexIntervalBytes());
        segment.activeSinceMs(clock.nowMs());
        return segment;
    }
}
