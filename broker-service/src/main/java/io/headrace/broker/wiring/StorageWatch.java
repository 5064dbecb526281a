package io.headrace.broker.wiring;

import io.headrace.broker.disk.DiskWatch;
import io.headrace.broker.telemetry.LogKeys;
import io.headrace.broker.telemetry.MetricNames;
import io.headrace.model.telemetry.Look;
import io.headrace.model.telemetry.Trouble;
import io.headrace.model.telemetry.Troubles;
import io.headrace.model.topic.TopicPartition;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Times the flushes of logs, and notes those that take too long while they still run; says of each
 * segment that cannot be read which one it is, and has the scrubber look at it.
 *
 * <p>Owner: any thread. Bounds: as many flushes as threads flush; one line for a file in {@link
 * #LINE_EVERY_NS}, of {@link #FILES_MAX} files that is remembered.
 */
final class StorageWatch implements DiskWatch, Look {

    private static final Logger LOG = LoggerFactory.getLogger(StorageWatch.class);

    private static final String LOG_SUFFIX = ".log";
    private static final double[] QUANTILES = {0.5, 0.95, 0.99, 0.999};
    private static final double SHORTEST_MS = 0.01;
    private static final double LONGEST_MS = 60_000;
    private static final long LINE_EVERY_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int FILES_MAX = 1_000;
    private static final Force NOT_TIMED = () -> {};

    /** Who else is told of a segment that cannot be read. */
    record Listeners(
            Consumer<String> failedFetch, BiConsumer<TopicPartition, Long> doubtfulSegment) {}

    private record SegmentFile(TopicPartition partition, long baseOffset) {}

    private final Troubles troubles;
    private final Duration flushMax;
    private final LongSupplier nanoTime;
    private final Listeners listeners;
    private final DistributionSummary flushTimes;
    private final Set<Flush> running = ConcurrentHashMap.newKeySet();
    private final Map<Path, Long> toldNs =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Path, Long> eldest) {
                    return size() > FILES_MAX;
                }
            };

    /**
     * @param flushMax a flush that takes longer is a trouble
     */
    StorageWatch(
            Troubles troubles,
            Duration flushMax,
            LongSupplier nanoTime,
            MeterRegistry registry,
            Listeners listeners) {
        this.troubles = troubles;
        this.flushMax = flushMax;
        this.nanoTime = nanoTime;
        this.listeners = listeners;
        this.flushTimes =
                DistributionSummary.builder(MetricNames.FLUSH_TIME)
                        .publishPercentiles(QUANTILES)
                        .minimumExpectedValue(SHORTEST_MS)
                        .maximumExpectedValue(LONGEST_MS)
                        .register(registry);
    }

    // ---- flushes

    private final class Flush implements Force {

        private final Path file;
        private final long beginNs = nanoTime.getAsLong();
        private volatile boolean isNoted;

        Flush(Path file) {
            this.file = file;
        }

        @Override
        public void ended() {
            running.remove(this);
            long tookNs = nanoTime.getAsLong() - beginNs;
            flushTimes.record(tookNs / 1e6);
            noteIfSlow(tookNs, "took");
        }

        void noteIfSlow(long soFarNs, String verb) {
            if (!isNoted && soFarNs > flushMax.toNanos()) {
                isNoted = true;
                troubles.note(
                        Trouble.SLOW_FLUSH,
                        () ->
                                "a flush of "
                                        + file.subpath(
                                                Math.max(0, file.getNameCount() - 2),
                                                file.getNameCount())
                                        + " "
                                        + verb
                                        + " "
                                        + TimeUnit.NANOSECONDS.toMillis(soFarNs)
                                        + " ms");
            }
        }
    }

    @Override
    public Force begins(Path file) {
        if (!file.toString().endsWith(LOG_SUFFIX)) {
            return NOT_TIMED;
        }
        Flush flush = new Flush(file);
        running.add(flush);
        return flush;
    }

    @Override
    public void look(long nowNs) {
        for (Flush each : running) {
            each.noteIfSlow(nowNs - each.beginNs, "has not ended after");
        }
    }

    // ---- reads

    @Override
    public void readFailed(Path file, IOException cause) {
        SegmentFile segment = segment(file);
        if (segment != null) {
            failed(file, segment, cause);
        }
    }

    @Override
    public void sendFailed(Path file, IOException cause) {
        SegmentFile segment = segment(file);
        if (segment != null) {
            listeners.failedFetch().accept(segment.partition().topic());
            failed(file, segment, cause);
        }
    }

    private void failed(Path file, SegmentFile segment, IOException cause) {
        if (isToBeTold(file)) {
            LOG.atError()
                    .setCause(cause)
                    .addKeyValue(LogKeys.TOPIC, segment.partition().topic())
                    .addKeyValue(LogKeys.PARTITION, segment.partition().partition())
                    .addKeyValue(LogKeys.OFFSET, segment.baseOffset())
                    .log("The segment {} cannot be read", file.getFileName());
        }
        troubles.note(
                Trouble.READ_FAILED,
                () ->
                        "the segment "
                                + segment.baseOffset()
                                + " of "
                                + segment.partition()
                                + " cannot be read: "
                                + cause.getMessage());
        listeners.doubtfulSegment().accept(segment.partition(), segment.baseOffset());
    }

    private synchronized boolean isToBeTold(Path file) {
        long nowNs = nanoTime.getAsLong();
        Long before = toldNs.get(file);
        if (before != null && nowNs - before < LINE_EVERY_NS) {
            return false;
        }
        toldNs.put(file, nowNs);
        return true;
    }

    /** Null for files that are no segments. */
    private static @Nullable SegmentFile segment(Path file) {
        String name = String.valueOf(file.getFileName());
        Path directory = file.getParent();
        String partition = directory == null ? "" : String.valueOf(directory.getFileName());
        int dash = partition.lastIndexOf('-');
        if (dash <= 0 || !name.endsWith(LOG_SUFFIX)) {
            return null;
        }
        try {
            return new SegmentFile(
                    new TopicPartition(
                            partition.substring(0, dash),
                            Integer.parseInt(partition.substring(dash + 1))),
                    Long.parseLong(name.substring(0, name.length() - LOG_SUFFIX.length())));
        } catch (NumberFormatException e) {
            return null; // of a log that is being deleted
        }
    }
}
