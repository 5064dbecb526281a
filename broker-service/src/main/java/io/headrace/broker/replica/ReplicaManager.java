package io.headrace.broker.replica;

import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.log.PartitionLog;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicas of this broker, by topic and partition, and the fetches that wait on them.
 *
 * <p>Owner: replicas come and go on the converger's thread ({@link LocalReplicas}); lookups take no
 * lock. Any thread may park.
 *
 * <p>Bounds: {@link Limits#parkedMax} fetches wait at once, on {@value #WATCHED_MAX} partitions in
 * all, counted as often as they are named; more are refused.
 */
public final class ReplicaManager {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaManager.class);
    private static final Partition[] NONE = {};

    /** About 100 bytes each. */
    private static final int WATCHED_MAX = 1_000_000;

    /**
     * @param parkedMax fetches that wait at once on this broker
     */
    public record Limits(Partition.Bounds partition, int parkedMax) {}

    /** Where a partition is that this broker does not lead; why, if nowhere. */
    public record Elsewhere(ErrorCode code, String text, int leaderId, Optional<String> leaderUrl) {

        static Elsewhere nowhere(ErrorCode code, String text) {
            return new Elsewhere(code, text, -1, Optional.empty());
        }
    }

    private final ReplicaRuntime runtime;
    private final Arrivals arrivals;
    private final Limits limits;
    private final Supplier<@Nullable ClusterImage> image;
    private final ConcurrentHashMap<String, Partition[]> topics = new ConcurrentHashMap<>();
    private final AtomicInteger parked = new AtomicInteger();
    private final AtomicInteger watched = new AtomicInteger();
    private volatile boolean stopping;

    /**
     * @param image the newest image; null before the first
     */
    public ReplicaManager(
            int brokerId,
            Limits limits,
            Supplier<@Nullable ClusterImage> image,
            ReplicaThreads threads,
            InSyncRules rules) {
        this.runtime =
                new ReplicaRuntime(
                        brokerId,
                        limits.partition(),
                        threads,
                        rules,
                        image,
                        new Relief(brokerId, image),
                        new IsrCounts(),
                        new RepeatedBatches());
        this.limits = limits;
        this.image = image;
        this.arrivals = new Arrivals(this, image, threads.timer());
    }

    public int brokerId() {
        return runtime.brokerId();
    }

    /** The partition, if this broker leads it; null otherwise. */
    public @Nullable Partition led(String topic, int partition) {
        Partition found = find(topic, partition);
        return found == null || found.leadership() == null || stopping ? null : found;
    }

    /** Whether this broker leads the partition already as the state of an image says. */
    public boolean leads(String topic, int partition, PartitionState state) {
        Partition found = led(topic, partition);
        Leadership leadership = found == null ? null : found.leadership();
        return leadership != null && leadership.leaderEpoch() >= state.leaderEpoch();
    }

    public Arrivals arrivals() {
        return arrivals;
    }

    @Nullable Partition find(String topic, int partition) {
        Partition[] partitions = topics.getOrDefault(topic, NONE);
        return partition >= 0 && partition < partitions.length ? partitions[partition] : null;
    }

    /** The partition, if this broker leads or follows it; null otherwise. */
    public @Nullable Partition served(String topic, int partition) {
        Partition found = find(topic, partition);
        return found == null || found.servedLeaderEpoch() < 0 || stopping ? null : found;
    }

    /**
     * A follower in the rack that can serve the offset, if the partition is led here and this
     * broker is in another rack (KIP-392).
     *
     * @return -1 when there is none
     */
    public int nearer(Partition partition, String rack, long offset) {
        ClusterImage now = image.get();
        Followers followers = partition.followers();
        if (now == null || followers == null || isIn(rack, now.brokers().get(brokerId()))) {
            return -1;
        }
        RemoteReplica best = null;
        for (RemoteReplica each : followers.remote().all()) {
            if (followers.maximal().contains(each.id())
                    && isIn(rack, now.brokers().get(each.id()))
                    && each.logStartOffset() <= offset
                    && offset <= each.endOffset()
                    && (best == null || each.endOffset() > best.endOffset())) {
                best = each;
            }
        }
        return best == null ? -1 : best.id();
    }

    private static boolean isIn(String rack, @Nullable BrokerRegistration broker) {
        return broker != null
                && !broker.isStopping()
                && broker.rack().filter(rack::equals).isPresent();
    }

    /** How often in-sync replicas changed. */
    public IsrCounts isrCounts() {
        return runtime.counts();
    }

    public RepeatedBatches repeatedBatches() {
        return runtime.repeated();
    }

    /** Looks for followers that lag for too long, from now on, twice in the lag time. */
    public void startReviews() {
        long everyMs = Math.max(1, runtime.lagNanosMax() / 2_000_000);
        var _ =
                runtime.timer()
                        .scheduleWithFixedDelay(
                                this::handOnReview, everyMs, everyMs, TimeUnit.MILLISECONDS);
    }

    private void handOnReview() {
        try {
            runtime.workers().execute(this::reviewInSync);
        } catch (RejectedExecutionException e) {
            LOG.debug("No worker looks for followers that lag");
        }
    }

    /**
     * The replicas were made what an image says: who waits is told, who is gone or stops leaves.
     */
    public void converged() {
        arrivals.look();
        handOnReview();
    }

    /** One look for followers that are to leave. */
    void reviewInSync() {
        for (Partition partition : partitions()) {
            if (!stopping) {
                partition.reviewInSync();
            }
        }
    }

    /** All replicas of this broker. */
    public List<Partition> partitions() {
        List<Partition> all = new ArrayList<>();
        for (Partition[] partitions : topics.values()) {
            for (Partition partition : partitions) {
                if (partition != null) {
                    all.add(partition);
                }
            }
        }
        return all;
    }

    /** Why {@link #led} found nothing, and where to go instead. */
    public Elsewhere whyNotLed(TopicPartition name) {
        if (stopping) {
            return Elsewhere.nowhere(ErrorCode.SHUTTING_DOWN, "this broker is stopping");
        }
        ClusterImage now = image.get();
        if (now == null || now.topic(name.topic()).isEmpty()) {
            return Elsewhere.nowhere(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "there is no topic named '" + name.topic() + "'");
        }
        int count = now.topic(name.topic()).get().partitionCount();
        if (name.partition() >= count) {
            return Elsewhere.nowhere(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic '" + name.topic() + "' has partitions 0 to " + (count - 1));
        }
        return now.leaderOf(name)
                .filter(leader -> leader.id() != brokerId())
                .map(
                        leader ->
                                new Elsewhere(
                                        ErrorCode.NOT_LEADER_OR_FOLLOWER,
                                        "broker " + leader.id() + " leads " + name,
                                        leader.id(),
                                        Optional.of(leader.httpUrl())))
                .orElseGet(() -> notServedYet(now, name));
    }

    private Elsewhere notServedYet(ClusterImage now, TopicPartition name) {
        int leader = now.partition(name).map(state -> state.leader()).orElse(-1);
        if (leader == brokerId()) {
            return Elsewhere.nowhere(
                    ErrorCode.KAFKA_STORAGE_ERROR,
                    "the log of " + name + " is being opened, or is offline");
        }
        return Elsewhere.nowhere(ErrorCode.LEADER_NOT_AVAILABLE, name + " has no live leader now");
    }

    /**
     * Lets a fetch wait on the partitions that it watches.
     *
     * @return NONE when it waits (or was woken already); else why it cannot, and it never wakes
     */
    public ErrorCode park(ParkedFetch fetch, long waitMs) {
        if (stopping) {
            return ErrorCode.SHUTTING_DOWN;
        }
        int watches = fetch.watches().size();
        boolean isOneTooMany = parked.incrementAndGet() > limits.parkedMax();
        if (watched.addAndGet(watches) > WATCHED_MAX || isOneTooMany) {
            left(watches);
            return ErrorCode.OVERLOADED;
        }
        fetch.whenOver(() -> left(watches));
        if (!startDeadline(fetch, waitMs)) {
            fetch.cancel();
            return ErrorCode.SHUTTING_DOWN;
        }
        for (ParkedFetch.Watch watch : fetch.watches()) {
            watch.waiters().add(watch);
        }
        lookAgain(fetch);
        return ErrorCode.NONE;
    }

    private void left(int watches) {
        parked.decrementAndGet();
        watched.addAndGet(-watches);
    }

    private boolean startDeadline(ParkedFetch fetch, long waitMs) {
        try {
            Future<?> deadline =
                    runtime.timer()
                            .schedule(
                                    () -> {
                                        if (fetch.claim()) {
                                            fetch.finish(ErrorCode.NONE);
                                        }
                                    },
                                    Math.max(0, waitMs),
                                    TimeUnit.MILLISECONDS);
            fetch.deadline(deadline);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("A fetch came after the deadlines were stopped");
            return false;
        }
    }

    /** What happened between the read and the watch would otherwise be missed. */
    private void lookAgain(ParkedFetch fetch) {
        for (ParkedFetch.Watch watch : fetch.watches()) {
            ErrorCode reason = watch.whyOver();
            if (reason == ErrorCode.NONE && stopping) {
                reason = ErrorCode.SHUTTING_DOWN;
            }
            boolean moved = watch.hasMoved();
            if ((reason != ErrorCode.NONE || moved) && fetch.claim()) {
                fetch.finish(reason);
            }
        }
        if (fetch.isOver()) {
            for (ParkedFetch.Watch watch : fetch.watches()) {
                watch.waiters().remove(watch);
            }
        }
    }

    /** How many fetches wait. */
    public int parkedCount() {
        return parked.get();
    }

    /** From now on nothing is accepted; who waits is told that this broker is stopping. */
    public void quiesce() {
        stopping = true;
        for (Partition partition : partitions()) {
            partition.wakeAll(ErrorCode.SHUTTING_DOWN);
        }
    }

    /** Ends all replicas; what still waits for an acknowledgement is answered as unknown. */
    public void close() {
        stopping = true;
        for (Partition partition : partitions()) {
            partition.close(ErrorCode.SHUTTING_DOWN);
        }
    }

    /** The log directory failed: its replicas end, and say so. */
    public void logsOffline() {
        for (Partition partition : partitions()) {
            if (partition.log().isOffline()) {
                partition.close(ErrorCode.KAFKA_STORAGE_ERROR);
            }
        }
    }

    Partition add(LocalReplica replica, PartitionLog log, long highWatermark) {
        Partition partition =
                new Partition(replica.partition(), replica.topicId(), log, runtime, highWatermark);
        topics.compute(
                replica.partition().topic(),
                (topic, before) -> with(before, replica.partition().partition(), partition));
        return partition;
    }

    void remove(Partition partition) {
        topics.computeIfPresent(
                partition.name().topic(),
                (topic, before) -> {
                    Partition[] after = with(before, partition.name().partition(), null);
                    return Arrays.stream(after).allMatch(Objects::isNull) ? null : after;
                });
    }

    private static Partition[] with(
            Partition @Nullable [] before, int index, @Nullable Partition partition) {
        Partition[] old = before == null ? NONE : before;
        Partition[] after = Arrays.copyOf(old, Math.max(old.length, index + 1));
        after[index] = partition;
        return after;
    }
}
