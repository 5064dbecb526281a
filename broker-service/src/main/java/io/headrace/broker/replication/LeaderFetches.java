package io.headrace.broker.replication;

import io.headrace.broker.replica.Follower;
import io.headrace.broker.replication.FollowedPartition.Next;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All fetches to one leader: what to ask next, and what its answers mean. No thread, no socket;
 * time comes as a value.
 *
 * <p>Shape: a fetch session (KIP-227). The first request names all partitions; each later one only
 * those whose position is news or that leave. A partition that pauses leaves the session, and the
 * leader is not asked to wait beyond the pause.
 *
 * <pre>
 *   full --answer with a session--> incremental --answer--> incremental
 *   any  --connection lost, session lost--> full
 * </pre>
 *
 * <p>Owner: one thread. Work per request is proportional to what changed.
 */
final class LeaderFetches {

    /** How long a copy waits that is limited, before it asks again whether it is still. */
    private static final long LIMITED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private record Pause(long untilNanos, FollowedPartition partition) {}

    private final FetchSettings settings;
    private final FetchCounters counters;
    private final CopyLimit limit;
    private final Map<FetchKey, FollowedPartition> partitions = new LinkedHashMap<>();

    /** Whose position the leader must hear. */
    private final Set<FetchKey> due = new LinkedHashSet<>();

    /** Who is in the leader's session. */
    private final Set<FetchKey> inSession = new LinkedHashSet<>();

    /** Who is in it, and is to leave. */
    private final Set<FetchKey> leaving = new LinkedHashSet<>();

    private final PriorityQueue<Pause> pauses =
            new PriorityQueue<>(Comparator.comparingLong(Pause::untilNanos));
    private int sessionId;
    private int sessionEpoch;

    LeaderFetches(FetchSettings settings, FetchCounters counters, CopyLimit limit) {
        this.settings = settings;
        this.counters = counters;
        this.limit = limit;
    }

    boolean isEmpty() {
        return partitions.isEmpty();
    }

    int count() {
        return partitions.size();
    }

    /** Copies the partition from now on; replaces what was copied of it before. */
    void follow(Follower follower) {
        FollowedPartition added = new FollowedPartition(follower, counters);
        partitions.put(added.key(), added);
        due.add(added.key());
    }

    /** Copies the partition no more; an answer on its way does not count. */
    void leave(FetchKey key) {
        partitions.remove(key);
        due.remove(key);
        leaving.add(key);
    }

    /** The next request; empty when there is nothing to ask before {@link #pauseNanos} is over. */
    Optional<FetchRequest> next(int brokerId, long brokerEpoch, long nowNanos) {
        endPauses(nowNanos);
        List<FetchPosition> positions = new ArrayList<>(due.size());
        List<FetchKey> forgotten = new ArrayList<>();
        boolean isLimited = limit.isExhausted();
        for (FetchKey key : due) {
            FollowedPartition partition = partitions.get(key);
            if (partition != null && isLimited && limit.covers(partition.name())) {
                forget(partition);
                pauses.add(new Pause(nowNanos + LIMITED_NANOS, partition));
            } else if (partition != null) {
                positions.add(partition.ask());
                inSession.add(key);
                leaving.remove(key);
            }
        }
        due.clear();
        for (FetchKey key : leaving) {
            if (inSession.remove(key)) {
                forgotten.add(key);
            }
        }
        leaving.clear();
        if (inSession.isEmpty()) {
            sessionEpoch = 0;
            return Optional.empty();
        }
        boolean isFull = sessionEpoch == 0;
        return Optional.of(
                new FetchRequest(
                        sessionId,
                        sessionEpoch,
                        brokerId,
                        brokerEpoch,
                        positions,
                        isFull ? List.of() : forgotten,
                        waitMaxMs(nowNanos)));
    }

    /** The leader may wait for news of the others until the first pause is over. */
    private int waitMaxMs(long nowNanos) {
        long waitMax = settings.waitMax().toMillis();
        Pause first = pauses.peek();
        if (first != null) {
            long left = Math.max(0, first.untilNanos() - nowNanos);
            waitMax = Math.min(waitMax, 1 + TimeUnit.NANOSECONDS.toMillis(left));
        }
        return Math.toIntExact(waitMax);
    }

    /**
     * How long there is nothing to ask, when {@link #next} was empty; at most the longest pause.
     */
    long pauseNanos(long nowNanos) {
        Pause first = pauses.peek();
        long longest = settings.backoffMax().toNanos();
        return first == null ? longest : Math.clamp(first.untilNanos() - nowNanos, 0, longest);
    }

    void answered(FetchRequest request, FetchAnswer answer, long nowNanos) {
        if (answer.isSessionLost()) {
            sessionEpoch = 0;
            askAllAgain();
            return;
        }
        sessionId = answer.sessionId();
        boolean isSession = sessionId != 0;
        sessionEpoch = isSession ? nextEpoch(request.sessionEpoch()) : 0;
        for (FetchAnswer.OfPartition part : answer.partitions()) {
            FollowedPartition partition = partitions.get(part.key());
            if (partition == null || !inSession.contains(part.key())) {
                counters.foreign.increment();
            } else {
                limit.copied(partition.name(), part.batches().remaining());
                settle(partition, take(partition, part), nowNanos);
            }
        }
        if (!isSession) {
            askAllAgain();
        }
    }

    private static Next take(FollowedPartition partition, FetchAnswer.OfPartition part) {
        try {
            return partition.take(part);
        } catch (RuntimeException e) {
            return partition.broken(e);
        }
    }

    private void settle(FollowedPartition partition, Next next, long nowNanos) {
        switch (next) {
            case SAME -> {}
            case ASK -> due.add(partition.key());
            case PAUSE -> {
                forget(partition);
                long until = nowNanos + settings.backoffNanos(partition.failures());
                pauses.add(new Pause(until, partition));
            }
            case LEAVE -> forget(partition);
        }
    }

    private void forget(FollowedPartition partition) {
        partition.forgetAsked();
        leaving.add(partition.key());
    }

    /** The connection ended: whatever was asked is asked again, in a new session. */
    void disconnected() {
        sessionId = 0;
        sessionEpoch = 0;
        askAllAgain();
    }

    private void askAllAgain() {
        for (FetchKey key : inSession) {
            FollowedPartition partition = partitions.get(key);
            if (partition != null && partition.asked() != null) {
                due.add(key);
            }
        }
        inSession.clear();
    }

    private void endPauses(long nowNanos) {
        for (Pause first = pauses.peek();
                first != null && first.untilNanos() - nowNanos <= 0;
                first = pauses.peek()) {
            pauses.poll();
            FollowedPartition paused = first.partition();
            if (isCurrent(paused)) {
                due.add(paused.key());
            }
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean isCurrent(FollowedPartition partition) {
        @Nullable FollowedPartition current = partitions.get(partition.key());
        return current == partition;
    }

    private static int nextEpoch(int epoch) {
        return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
    }
}
