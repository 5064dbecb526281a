package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.log.producer.ProducerBound;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All logs on one volume: locks the directory, opens logs (with recovery), writes the checkpoints,
 * and runs what is due.
 *
 * <p>Never removes a partition on its own: {@link #delete} renames one aside, {@link #purge}
 * removes what was renamed, both only when told to.
 *
 * <p>Owner: any thread; opening and deleting one and the same partition is the caller's to
 * serialise. Errors: see {@link PartitionLog}; the listener given to {@link #open} is told once
 * when the directory goes offline, on the thread that met the error, under its locks: it must only
 * pass the news on.
 */
public final class LogDirectory {

    private final LogDirectorySettings settings;
    private final AutoCloseable lock;
    private final String directoryId;
    private final OptionalLong cleanBrokerEpoch;
    private final DirectoryHealth health;
    private final LogHome home;
    private final LogOpening opening;
    private final PartitionDirectories directories;
    private final DirectoryCheckpoints checkpoints;
    private final CleanShutdownMarker marker;
    private final RetentionClock retentionClock;
    private final Map<TopicPartition, PartitionLog> logs = new ConcurrentHashMap<>();
    private volatile @Nullable LogSchedule schedule;

    private LogDirectory(
            LogDirectorySettings settings,
            Disk disk,
            LogClock clock,
            BiConsumer<Path, IOException> onOffline,
            AutoCloseable lock)
            throws IOException {
        Path path = settings.path();
        this.settings = settings;
        this.lock = lock;
        this.directoryId =
                DirectoryIdentity.claim(disk, path, settings.clusterId(), settings.nodeId());
        this.health = new DirectoryHealth(path, onOffline);
        CreatedDirectories created = new CreatedDirectories(disk, path);
        disk.forceDirectory(path); // what an earlier process created and did not flush
        this.directories = new PartitionDirectories(disk, path, created);
        this.checkpoints = new DirectoryCheckpoints(disk, path, logs);
        this.marker = new CleanShutdownMarker(disk, path);
        this.retentionClock = new RetentionClock(clock);
        this.cleanBrokerEpoch = marker.take();
        this.home =
                new LogHome(
                        disk,
                        clock,
                        health,
                        created,
                        new DiskReserve(disk, path, settings.reserveBytes(), clock.nanoTime()),
                        new FlushQueue(),
                        checkpoints,
                        new ProducerBound(settings.producers().countMax()));
        this.opening = new LogOpening(directories, checkpoints, home, cleanBrokerEpoch.isPresent());
    }

    /**
     * Locks and reads the directory, creating it where absent. No log is open yet and no thread
     * runs.
     *
     * @throws LogDirectoryException if it is locked, or belongs to another cluster or broker
     */
    public static LogDirectory open(
            LogDirectorySettings settings,
            Disk disk,
            LogClock clock,
            BiConsumer<Path, IOException> onOffline)
            throws IOException {
        Path path = settings.path();
        AutoCloseable lock;
        try {
            if (!disk.exists(path)) {
                disk.createDirectories(path);
                Path parent = path.toAbsolutePath().getParent();
                disk.forceDirectory(parent == null ? path : parent);
            }
            lock = disk.lock(path.resolve(".lock"));
        } catch (IOException e) {
            throw new LogDirectoryException(
                    "The log directory "
                            + path
                            + " cannot be locked ("
                            + e.getMessage()
                            + "): stop the other broker, or give this one a data directory of its"
                            + " own that it may write.",
                    e);
        }
        try {
            return new LogDirectory(settings, disk, clock, onOffline, lock);
        } catch (IOException | RuntimeException e) {
            closeQuietly(lock, e);
            throw e;
        }
    }

    public LogDirectorySettings settings() {
        return settings;
    }

    /** The id that this directory got when it was first used. */
    public String directoryId() {
        return directoryId;
    }

    /**
     * The broker epoch of the last run if it ended cleanly; empty otherwise. Empty, too, as soon as
     * a log was found that is damaged: then a clean stop does not prove that nothing was lost, see
     * {@link #partialProof}.
     */
    public OptionalLong cleanBrokerEpoch() {
        return opening.damaged().isEmpty() ? cleanBrokerEpoch : OptionalLong.empty();
    }

    /**
     * What the clean end of the last run proves all the same when some logs were found damaged.
     * Complete once all logs that are {@link #found} were opened.
     */
    public Optional<PartialProof> partialProof() {
        return cleanBrokerEpoch.isEmpty()
                ? Optional.empty()
                : PartialProof.of(cleanBrokerEpoch.getAsLong(), opening.damaged());
    }

    /** Nothing is proven of the partition: its files are not what the cluster has by its name. */
    public void doubt(TopicPartition partition) {
        opening.metDamage(partition);
    }

    public boolean isOffline() {
        return health.isOffline();
    }

    public DiskReserve reserve() {
        return home.reserve();
    }

    /** Partitions that have a directory here, opened or not. */
    public List<FoundPartition> found() throws IOException {
        List<FoundPartition> found = directories.found();
        found.stream()
                .filter(each -> each.topicId().isEmpty())
                .forEach(each -> opening.metDamage(each.partition()));
        return found;
    }

    /** Partitions that were renamed aside, in this run or an earlier one. */
    public List<DeletedPartition> deleted() throws IOException {
        return directories.deleted();
    }

    public Optional<PartitionLog> log(TopicPartition partition) {
        return Optional.ofNullable(logs.get(partition));
    }

    public Collection<PartitionLog> logs() {
        return List.copyOf(logs.values());
    }

    /** The high watermark that was last written down for the partition; 0 for none. */
    public long checkpointedHighWatermark(TopicPartition partition) {
        return checkpoints.highWatermark(partition);
    }

    // ---- opening and deleting

    /** Opens or creates the log; recovers it after an unclean stop. Blocks for the device. */
    public OpenOutcome open(LogSpec spec) {
        if (health.isOffline()) {
            return new OpenOutcome.Refused(ErrorCode.KAFKA_STORAGE_ERROR, health.text());
        }
        PartitionLog open = logs.get(spec.partition());
        if (open != null) {
            return open.topicId().equals(spec.topicId())
                    ? new OpenOutcome.Opened(open)
                    : LogOpening.otherTopic(spec, open.topicId());
        }
        OpenOutcome outcome = opening.open(spec);
        if (outcome instanceof OpenOutcome.Opened(PartitionLog log)) {
            logs.put(spec.partition(), log);
        }
        return outcome;
    }

    /** Opens many logs in parallel; returns when all are open or refused. */
    public Map<TopicPartition, OpenOutcome> openAll(Collection<LogSpec> specs)
            throws InterruptedException {
        Map<TopicPartition, Future<OpenOutcome>> running = new HashMap<>();
        Map<TopicPartition, OpenOutcome> outcomes = new HashMap<>();
        try (ExecutorService pool =
                Executors.newFixedThreadPool(
                        settings.recoveryThreads(),
                        Thread.ofPlatform().daemon().name("log-recovery-", 0).factory())) {
            for (LogSpec spec : specs) {
                running.put(spec.partition(), pool.submit(() -> open(spec)));
            }
            for (Map.Entry<TopicPartition, Future<OpenOutcome>> entry : running.entrySet()) {
                outcomes.put(entry.getKey(), entry.getValue().get());
            }
            return outcomes;
        } catch (ExecutionException e) {
            throw new IllegalStateException("opening a log failed", e.getCause());
        }
    }

    /**
     * Renames a partition's directory aside, durably; a log that is open answers {@code
     * UNKNOWN_TOPIC_OR_PARTITION} from then on.
     */
    public Optional<DeletedPartition> delete(TopicPartition partition, TopicId topicId)
            throws IOException {
        Optional<TopicId> found = directories.topicId(partition.toString());
        if (found.isEmpty() || !found.get().equals(topicId)) {
            return Optional.empty();
        }
        PartitionLog log = logs.remove(partition);
        if (log != null) {
            log.refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "the partition was deleted");
            log.close(false);
        }
        DeletedPartition deleted = directories.setAside(partition);
        checkpoints.forget(partition);
        return Optional.of(deleted);
    }

    /**
     * Renames the directory of a partition that cannot be opened aside, durably, whatever it holds;
     * nothing here ever removes it.
     *
     * @return the name that the directory has now
     * @throws IllegalStateException if the log is open
     */
    public String keepAside(TopicPartition partition) throws IOException {
        if (logs.containsKey(partition)) {
            throw new IllegalStateException("the log of " + partition + " is open");
        }
        String name = directories.keepAside(partition);
        checkpoints.forget(partition);
        return name;
    }

    /** Removes the files of a deleted partition for good. */
    public void purge(DeletedPartition deleted) throws IOException {
        directories.purge(deleted);
    }

    // ---- what is due

    /** Starts the threads that flush and do everything below when it is due. */
    public void start() {
        schedule = new LogSchedule(this, health, home.flushQueue());
    }

    /** Queues flushes that {@code flush.ms} or {@code flush.messages} ask for. */
    public void flushDue() {
        logs.values().forEach(PartitionLog::flushIfDue);
    }

    /** Runs queued flushes on the caller's thread until none is left; for tests. */
    public void runFlushes() throws InterruptedException {
        home.flushQueue().runAll();
    }

    public void saveHighWatermarks() throws IOException {
        checkpoints.saveHighWatermarks();
    }

    /** Writes all offset checkpoints. */
    public void saveCheckpoints() throws IOException {
        checkpoints.saveAll();
    }

    /** Applies retention to all logs; returns how many segments were deleted. */
    public int retainAll() throws IOException {
        if (!retentionClock.isTrustworthy()) {
            return 0;
        }
        List<PartitionLog> raised = new ArrayList<>();
        for (PartitionLog log : logs.values()) {
            if (log.raiseStart()) {
                raised.add(log);
            }
        }
        if (raised.isEmpty()) {
            return 0;
        }
        checkpoints.saveLogStartOffsets();
        int count = 0;
        for (PartitionLog log : raised) {
            count += log.removeBelowStart();
        }
        return count;
    }

    /** Forgets producers that have not written for long; returns how many. */
    public int expireProducers() {
        int count = 0;
        for (PartitionLog log : logs.values()) {
            count += log.expireProducers(settings.producers().expirationMs());
        }
        return count;
    }

    /** Producers that were forgotten because a log knew too many. */
    public long producersCrowdedOut() {
        return home.producers().crowdedOut();
    }

    public void deleteDueFiles() throws IOException {
        for (PartitionLog log : logs.values()) {
            log.deleteDueFiles();
        }
    }

    /**
     * Flushes everything, writes the checkpoints and, last, the marker of a clean shutdown. Without
     * the marker (an error, or a directory that is offline) the next start recovers.
     *
     * @param brokerEpoch written into the marker
     */
    public void close(long brokerEpoch) throws IOException {
        LogSchedule running = schedule;
        if (running != null) {
            running.close();
        }
        try {
            boolean isClean = !health.isOffline();
            for (PartitionLog log : logs.values()) {
                isClean &= log.flush() instanceof FlushOutcome.Flushed;
            }
            if (isClean) {
                checkpoints.saveAll();
            }
            for (PartitionLog log : logs.values()) {
                log.close(isClean);
            }
            if (isClean) {
                checkpoints.saveCleanLengths();
                marker.write(brokerEpoch);
            }
        } finally {
            closeLock();
        }
    }

    /** Lets go of the lock and nothing else, as a killed process would; for tests. */
    void abandon() throws IOException {
        closeLock();
    }

    private void closeLock() throws IOException {
        try {
            lock.close();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the lock of " + settings.path() + " cannot be released", e);
        }
    }

    private static void closeQuietly(AutoCloseable lock, Exception reason) {
        try {
            lock.close();
        } catch (Exception e) {
            reason.addSuppressed(e);
        }
    }
}
