package io.headrace.broker.replication;

import io.headrace.broker.log.LogSegments;
import io.headrace.broker.log.ReadPace;
import io.headrace.broker.log.SealedSegment;
import io.headrace.broker.replica.Partition;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.LinkedHashSet;
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
 * <p>Bounds: {@link Settings#bytesPerSecond}; one segment at a time. Out of turn it looks at
 * {@value #DOUBTFUL_MAX} segments at most, once a minute: those that somebody could not read, and
 * those that could not be repaired.
 */
public final class Scrubber implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final long STOP_WAIT_MS = 5_000;

    /** Segments that are looked at out of turn, and how long none is after some were. */
    private static final int DOUBTFUL_MAX = 1_000;

    private static final long DOUBTS_PAUSE_NS = TimeUnit.MINUTES.toNanos(1);

    /** What is done with the segments of one log. */
    private interface Work {
        void in(LogSegments segments, ReadPace pace) throws IOException;
    }

    private record Doubtful(TopicPartition partition, long baseOffset) {}

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
    private final Condition changed = lock.newCondition();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("log-scrubber").unstarted(this::run);
    private final LinkedHashSet<Doubtful> doubtful = new LinkedHashSet<>();
    private long doubtsFromNs = System.nanoTime();
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
            long nextNs = System.nanoTime() + settings.pause().toNanos();
            while (true) {
                Set<Doubtful> now = awaitWork(nextNs);
                if (now.isEmpty()) {
                    round(this::slowly);
                    nextNs = System.nanoTime() + settings.pause().toNanos();
                } else {
                    look(now, this::slowly);
                }
            }
        } catch (InterruptedIOException e) {
            LOG.debug("The scrubber ends: {}", e.getMessage());
        }
    }

    /**
     * Somebody could not read a segment: it is looked at soon, not only when its turn comes. Does
     * not wait; what the scrubber itself cannot read, it knows.
     */
    public void doubt(TopicPartition partition, long baseOffset) {
        if (!Thread.currentThread().equals(thread)) {
            lookSoon(new Doubtful(partition, baseOffset));
        }
    }

    private void lookSoon(Doubtful segment) {
        lock.lock();
        try {
            if (doubtful.size() < DOUBTFUL_MAX) {
                doubtful.add(segment);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return what is doubtful; nothing when it is time for a round
     */
    private Set<Doubtful> awaitWork(long roundNs) throws InterruptedIOException {
        lock.lock();
        try {
            while (!isClosed) {
                long nowNs = System.nanoTime();
                long left = roundNs - nowNs;
                if (left <= 0) {
                    return Set.of();
                }
                if (!doubtful.isEmpty() && nowNs - doubtsFromNs >= 0) {
                    Set<Doubtful> taken = Set.copyOf(doubtful);
                    doubtful.clear();
                    doubtsFromNs = nowNs + DOUBTS_PAUSE_NS;
                    return taken;
                }
                var _ =
                        changed.awaitNanos(
                                doubtful.isEmpty() ? left : Math.min(left, doubtsFromNs - nowNs));
            }
            throw new InterruptedIOException("the broker stops");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } finally {
            lock.unlock();
        }
    }

    private void look(Set<Doubtful> at, ReadPace pace) throws InterruptedIOException {
        for (Partition partition : partitions.get()) {
            scrub(
                    partition,
                    pace,
                    (segments, counting) -> {
                        if (isAnyActive(at, partition, segments.sealed())) {
                            segments.sealIfDamaged(counting);
                        }
                        for (SealedSegment each : segments.sealed()) {
                            if (at.contains(new Doubtful(partition.name(), each.baseOffset()))) {
                                check(partition, segments, each, counting);
                            }
                        }
                    });
        }
    }

    /** What is not sealed, and not gone, is active. */
    private static boolean isAnyActive(
            Set<Doubtful> at, Partition partition, List<SealedSegment> sealed) {
        long activeFrom = sealed.isEmpty() ? 0 : sealed.getLast().nextOffset();
        return at.stream()
                .anyMatch(
                        each ->
                                each.partition().equals(partition.name())
                                        && each.baseOffset() >= activeFrom);
    }

    /**
     * Checks all segments once, and has the damaged ones repaired.
     *
     * @throws InterruptedIOException when the pace says that the work is to end
     */
    public void round(ReadPace pace) throws InterruptedIOException {
        for (Partition partition : partitions.get()) {
            scrub(
                    partition,
                    pace,
                    (segments, counting) -> {
                        segments.sealIfDamaged(counting);
                        List<SealedSegment> sealed = segments.sealed();
                        forgetGone(partition, sealed);
                        for (SealedSegment each : sealed) {
                            check(partition, segments, each, counting);
                        }
                    });
        }
    }

    private void scrub(Partition partition, ReadPace pace, Work work)
            throws InterruptedIOException {
        if (partition.log().isOffline()) {
            return;
        }
        ReadPace counting =
                bytes -> {
                    counters.bytes.add(bytes);
                    pace.read(bytes);
                };
        try {
            work.in(partition.log().sealedSegments(), counting);
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

    private void check(
            Partition partition, LogSegments segments, SealedSegment segment, ReadPace pace)
            throws IOException {
        Optional<String> damage = segments.check(segment, pace);
        String name = name(partition, segment);
        if (damage.isEmpty()) {
            counters.standing.remove(name);
            return;
        }
        try {
            damaged(partition, segment, name, damage.get());
        } finally {
            if (counters.standing.containsKey(name)) {
                lookSoon(new Doubtful(partition.name(), segment.baseOffset()));
            }
        }
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
                left = changed.awaitNanos(left);
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
            changed.signalAll();
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
