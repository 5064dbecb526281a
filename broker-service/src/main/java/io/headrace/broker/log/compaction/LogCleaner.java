package io.headrace.broker.log.compaction;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.SealedSegment;
import io.headrace.model.record.CorruptBatchException;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the logs of one directory whose {@code cleanup.policy} contains {@code compact}, one at
 * a time.
 *
 * <p>A log is cleaned when the share of its dirty bytes reaches {@code min.cleanable.dirty.ratio}
 * or a dirty record is older than {@code max.compaction.lag.ms}; never the active segment, nothing
 * above the high watermark, nothing younger than {@code min.compaction.lag.ms}. How far a log is
 * clean is written to {@code cleaner-offset-checkpoint} after each round.
 *
 * <p>Owner: one thread, named {@code log-cleaner}, started by {@link #start}; or the caller of
 * {@link #cleanDirtiest}, in tests. Close it before the directory. Bounds: one offset map and a few
 * buffers of {@link CleanerSettings}.
 *
 * <p>Errors: a corrupt batch makes a log uncleanable until it is repaired, or the next start; a
 * full disk or a log that changes meanwhile is tried again; an I/O error takes the directory
 * offline. Records are only replaced by files that were written and forced whole.
 */
public final class LogCleaner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogCleaner.class);
    private static final int SALT_BYTES = 16;
    private static final long STOP_WAIT_MS = 30_000;

    private final LogDirectory directory;
    private final LogClock clock;
    private final CleanerSettings settings;
    private final CleanerLoad load;
    private final SegmentCleaner segmentCleaner;
    private final DirtyScan dirtyScan;
    private final byte[] salt = new byte[SALT_BYTES];
    private final Map<TopicPartition, Corrupt> uncleanable = new ConcurrentHashMap<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private volatile @Nullable TopicPartition current;
    private volatile long cleanCount;
    private volatile @Nullable Thread thread;

    /**
     * @param repairCount of the log when it was met
     */
    private record Corrupt(TopicId topicId, long repairCount, String why) {

        boolean isStillIn(PartitionLog log) {
            return log.topicId().equals(topicId)
                    && log.sealedSegments().repairCount() == repairCount;
        }
    }

    /**
     * @param random for the salt of key hashes; a secure one outside tests
     */
    public LogCleaner(
            LogDirectory directory,
            Disk disk,
            LogClock clock,
            RandomGenerator random,
            ProducerEnds producerEnds,
            CleanerSettings settings) {
        this.directory = directory;
        this.clock = clock;
        this.settings = settings;
        this.load =
                new CleanerLoad(
                        settings.bytesPerSecondMax(), clock.nanoTime(), () -> stop.getCount() == 0);
        this.segmentCleaner = new SegmentCleaner(disk, producerEnds, load, settings);
        this.dirtyScan = new DirtyScan(settings.decompressedBytesMax());
        random.nextBytes(salt);
    }

    public void start() {
        thread = Thread.ofPlatform().daemon().name("log-cleaner").start(this::work);
    }

    public CleanerProgress progress() {
        return new CleanerProgress(
                Optional.ofNullable(current),
                cleanCount,
                load.bytesRead(),
                load.bytesWritten(),
                load.recordsDropped(),
                uncleanable.entrySet().stream()
                        .collect(
                                Collectors.toUnmodifiableMap(
                                        Map.Entry::getKey, each -> each.getValue().why())));
    }

    private void work() {
        try {
            while (stop.getCount() > 0) {
                boolean isIdle = !(cleanDirtiest() instanceof CleanOutcome.Cleaned);
                if (isIdle && stop.await(settings.backoffMs(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            LOG.atWarn().log("The log cleaner was interrupted and ends");
        }
    }

    /** Cleans one round of the log that needs it most; on the caller's thread. */
    public CleanOutcome cleanDirtiest() {
        if (directory.isOffline()) {
            return new CleanOutcome.NothingToDo();
        }
        Cleanable dirtiest = null;
        for (PartitionLog log : directory.logs()) {
            Cleanable cleanable = inspect(log);
            if (cleanable != null && cleanable.isDue() && isMoreUrgent(cleanable, dirtiest)) {
                dirtiest = cleanable;
            }
        }
        if (dirtiest == null) {
            return new CleanOutcome.NothingToDo();
        }
        current = dirtiest.log().partition();
        try {
            return attempt(dirtiest);
        } finally {
            current = null;
        }
    }

    private @Nullable Cleanable inspect(PartitionLog log) {
        boolean isCompacted = log.config().compaction().compact();
        Corrupt corrupt = uncleanable.get(log.partition());
        if (corrupt != null && !corrupt.isStillIn(log)) {
            uncleanable.remove(log.partition());
            corrupt = null;
        }
        if (!isCompacted || log.isOffline() || corrupt != null) {
            return null;
        }
        long nowMs = clock.wall().millis();
        try {
            log.sealedSegments().rollIfOlder(nowMs, log.config().compaction().lagMsMax());
            return Cleanable.of(log, nowMs);
        } catch (IOException e) {
            giveUp(log, "its segments cannot be inspected", e);
            return null;
        }
    }

    private static boolean isMoreUrgent(Cleanable one, @Nullable Cleanable other) {
        if (other == null || one.isOverdue() != other.isOverdue()) {
            return other == null || one.isOverdue();
        }
        return one.dirtyRatio() > other.dirtyRatio();
    }

    private CleanOutcome attempt(Cleanable cleanable) {
        PartitionLog log = cleanable.log();
        long repairCount = log.sealedSegments().repairCount();
        try {
            if (!log.sealedSegments().beginRewriting(0)) {
                return giveUp(log, "it is being repaired", null);
            }
            try {
                return clean(cleanable);
            } finally {
                log.sealedSegments().endRewriting();
            }
        } catch (CleaningAbortedException e) {
            return giveUp(log, String.valueOf(e.getMessage()), null);
        } catch (DiskFullException e) {
            return giveUp(log, "there is no space for the cleaned segment", e);
        } catch (CorruptBatchException e) {
            uncleanable.put(
                    log.partition(),
                    new Corrupt(log.topicId(), repairCount, String.valueOf(e.getMessage())));
            return giveUp(log, "a batch is corrupt; it is left alone until it is repaired", e);
        } catch (IOException e) {
            log.sealedSegments().fail("cleaning of " + log.partition(), e);
            return giveUp(log, "an I/O error", e);
        }
    }

    private CleanOutcome giveUp(PartitionLog log, String reason, @Nullable Exception cause) {
        LOG.atWarn()
                .addKeyValue("topic", log.partition().topic())
                .addKeyValue("partition", log.partition().partition())
                .setCause(cause)
                .log("The log was not cleaned: {}", reason);
        return new CleanOutcome.GivenUp(log.partition(), reason);
    }

    private CleanOutcome clean(Cleanable cleanable) throws IOException {
        PartitionLog log = cleanable.log();
        long from = cleanable.firstDirty();
        long end = cleanable.firstUncleanable();
        OffsetMap map = new OffsetMap(settings.mapBytesMax(), end - from, salt);
        BatchStream dirty = new BatchStream(log, from, end, settings.readBytes(), load);
        long mappedTo = dirtyScan.fill(map, dirty, from);
        if (mappedTo == from) {
            throw new CleaningAbortedException("its dirty part cannot be read");
        }
        long before = log.sizeInBytes();
        SegmentCleaner.Round round = new SegmentCleaner.Round(map, mappedTo, clock.wall().millis());
        List<SealedSegment> mapped =
                cleanable.segments().stream()
                        .filter(segment -> segment.baseOffset() < mappedTo)
                        .toList();
        for (List<SealedSegment> group : SegmentGroups.of(mapped, log.config().segments())) {
            Path cleaned = segmentCleaner.clean(log, group, round);
            if (!log.sealedSegments().replace(group, cleaned)) {
                throw new CleaningAbortedException("its segments changed meanwhile");
            }
        }
        log.sealedSegments().cleanedTo(mappedTo);
        countClean();
        LOG.atInfo()
                .addKeyValue("topic", log.partition().topic())
                .addKeyValue("partition", log.partition().partition())
                .addKeyValue("offset", mappedTo)
                .log(
                        "Cleaned the log: {} keys, {} -> {} bytes",
                        map.count(),
                        before,
                        log.sizeInBytes());
        return new CleanOutcome.Cleaned(log.partition(), mappedTo, before, log.sizeInBytes());
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void countClean() {
        cleanCount++;
    }

    /** Ends the thread in the midst of its work; what it had not finished is discarded. */
    @Override
    public void close() {
        stop.countDown();
        Thread running = thread;
        if (running == null) {
            return;
        }
        try {
            running.join(STOP_WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
