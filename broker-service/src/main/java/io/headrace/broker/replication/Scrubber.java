package io.headrace.broker.replication;

import io.headrace.broker.log.LogSegments;
import io.headrace.broker.log.ReadPace;
import io.headrace.broker.log.SealedSegment;
import io.headrace.broker.replica.Partition;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all segments in the background, slowly, and checks every batch: a bit that rots on the disk
 * is found while other replicas still have it right, and {@link SegmentRepair} brings it back.
 *
 * <p>Owner: the thread {@code log-scrubber}. The rest of a damaged log goes on being served.
 *
 * <p>Bounds: {@link Settings#bytesPerSecond}; one segment at a time.
 */
public final class Scrubber implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final long STOP_WAIT_MS = 5_000;

    /**
     * @param bytesPerSecond how fast it reads
     * @param pause between two rounds through all logs
     */
    public record Settings(long bytesPerSecond, Duration pause) {}

    private final Settings settings;
    private final Supplier<List<Partition>> partitions;
    private final SegmentRepair repair;
    private final ScrubCounters counters = new ScrubCounters();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("log-scrubber").unstarted(this::run);
    private boolean isClosed;

    public Scrubber(Settings settings, Supplier<List<Partition>> partitions, SegmentRepair repair) {
        this.settings = settings;
        this.partitions = partitions;
        this.repair = repair;
    }

    public ScrubCounters counters() {
        return counters;
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (true) {
                await(settings.pause().toNanos());
                round(this::slowly);
            }
        } catch (InterruptedIOException e) {
            LOG.debug("The scrubber ends: {}", e.getMessage());
        }
    }

    /**
     * Checks all segments once, and has the damaged ones repaired.
     *
     * @throws InterruptedIOException when the pace says that the work is to end
     */
    public void round(ReadPace pace) throws InterruptedIOException {
        for (Partition partition : partitions.get()) {
            if (!partition.log().isOffline()) {
                scrub(partition, pace);
            }
        }
    }

    private void scrub(Partition partition, ReadPace pace) throws InterruptedIOException {
        LogSegments segments = partition.log().sealedSegments();
        ReadPace counting =
                bytes -> {
                    counters.bytes.add(bytes);
                    pace.read(bytes);
                };
        try {
            segments.sealIfDamaged(counting);
            List<SealedSegment> sealed = segments.sealed();
            forgetGone(partition, sealed);
            for (SealedSegment segment : sealed) {
                Optional<String> damage = segments.check(segment, counting);
                String name = name(partition, segment);
                if (damage.isPresent()) {
                    damaged(partition, segment, name, damage.get());
                } else {
                    counters.standing.remove(name);
                }
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // The next round looks again; a broken device is met by those who serve from it.
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("topic", partition.name().topic())
                    .addKeyValue("partition", partition.name().partition())
                    .log("The log could not be scrubbed to its end");
        }
    }

    /** Retention and compaction take damage away, too. */
    private void forgetGone(Partition partition, List<SealedSegment> sealed) {
        Set<String> names =
                sealed.stream().map(each -> name(partition, each)).collect(Collectors.toSet());
        counters.standing
                .keySet()
                .removeIf(name -> name.startsWith(partition.name() + "/") && !names.contains(name));
    }

    private static String name(Partition partition, SealedSegment segment) {
        return partition.name() + "/" + segment.baseOffset();
    }

    private void damaged(Partition partition, SealedSegment segment, String name, String damage)
            throws IOException {
        if (counters.standing.put(name, damage) == null) {
            counters.damaged.increment();
        }
        LOG.atError()
                .addKeyValue("topic", partition.name().topic())
                .addKeyValue("partition", partition.name().partition())
                .addKeyValue("offset", segment.baseOffset())
                .log("A segment is damaged: {}", damage);
        String failure = repair.run(partition, segment);
        if (failure.isEmpty()) {
            counters.standing.remove(name);
            counters.repaired.increment();
        } else {
            counters.standing.put(name, damage + "; not repaired: " + failure);
        }
        (failure.isEmpty() ? LOG.atWarn() : LOG.atError())
                .addKeyValue("topic", partition.name().topic())
                .addKeyValue("partition", partition.name().partition())
                .addKeyValue("offset", segment.baseOffset())
                .log(
                        failure.isEmpty()
                                ? "The segment is repaired from another replica"
                                : "The segment stays damaged: {}",
                        failure);
    }

    private void slowly(int bytes) throws InterruptedIOException {
        await(TimeUnit.SECONDS.toNanos(1) * bytes / Math.max(1, settings.bytesPerSecond()));
    }

    private void await(long nanos) throws InterruptedIOException {
        lock.lock();
        try {
            long left = nanos;
            while (left > 0 && !isClosed) {
                left = closing.awaitNanos(left);
            }
            if (isClosed) {
                throw new InterruptedIOException("the broker stops");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(STOP_WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
