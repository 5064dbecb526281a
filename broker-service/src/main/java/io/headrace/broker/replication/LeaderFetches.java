package io.headrace.broker.replication;

import io.headrace.broker.replica.FollowOutcome;
import io.headrace.broker.replica.Follower;
import io.headrace.broker.replication.FollowedPartition.Next;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
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
 * leader is not asked to wait beyond the pause. A request that replaces a session names it, so that
 * the leader forgets the old one.
 *
 * <pre>
 *   full --answer with a session--> incremental --sent--> incremental, of the next session epoch
 *   any  --connection lost, session lost--> full
 * </pre>
 *
 * <p>Requests are answered in the order in which they were made. Behind one that is open an
 * incremental one may go when there is something new to say. The leader handles it with the
 * positions that it knows, so it may send again what the answer before it has brought: an answer
 * counts only when the position that it is about was told by then, and is still where the log ends.
 *
 * <p>What was appended to a topic with {@code flush.on.ack} is told only when it is durable. The
 * device is not waited for: a partition whose log is being forced is not asked for, and leaves the
 * session like one that pauses. All that an answer brought are forced at the same time, and for a
 * few milliseconds the next request waits for them, so that on a device in good health nobody
 * leaves.
 *
 * <pre>
 *   appended --log owes a flush--> being forced (not asked for; no answer counts)
 *   being forced --durable--> due, and told with the next request
 *                --failed--> paused, and then forced again
 *                --left, or followed in another leader epoch--> what comes of it does not count
 * </pre>
 *
 * <p>Owner: one thread; {@link Forces} are told on threads that flush. Work per request is
 * proportional to what changed. Bounds: {@link LeaderChannel#OPEN_MAX} requests are open; a
 * partition is forced once at a time.
 */
final class LeaderFetches {

    /** How long a copy waits that is limited, before it asks again whether it is still. */
    private static final long LIMITED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long a request waits for logs that are being forced, instead of going without them. */
    static final long FORCE_PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Carries what came of a force to the owner, who calls {@link #forced}. Any thread. */
    interface Forces {
        void done(FollowedPartition partition, FollowOutcome outcome);
    }

    private record Pause(long untilNanos, FollowedPartition partition) {}

    private final FetchSettings settings;
    private final FetchCounters counters;
    private final CopyLimit limit;
    private final Forces forces;
    private final Map<FetchKey, FollowedPartition> partitions = new LinkedHashMap<>();

    /** Whose position the leader must hear. */
    private final Set<FetchKey> due = new LinkedHashSet<>();

    /** Who is in the leader's session. */
    private final Set<FetchKey> inSession = new LinkedHashSet<>();

    /** Who is in it, and is to leave. */
    private final Set<FetchKey> leaving = new LinkedHashSet<>();

    private final PriorityQueue<Pause> pauses =
            new PriorityQueue<>(Comparator.comparingLong(Pause::untilNanos));

    /** Whose log is being forced; neither due nor, for the next request, in the session. */
    private final Map<FetchKey, FollowedPartition> forcing = new HashMap<>();

    /** Until when the next request waits for {@link #forcing}. */
    private long patienceUntilNanos;

    /** Of the session that is open, or that the next full request closes; 0 for none. */
    private int sessionId;

    /** Of the next request; 0 for a full one. */
    private int sessionEpoch;

    /** The leader had no room for one: its answers to full requests are worth waiting for. */
    private boolean isWithoutSession;

    /** Requests made; answered <= made <= answered + OPEN_MAX. */
    private long made;

    private long answered;

    LeaderFetches(FetchSettings settings, FetchCounters counters, CopyLimit limit, Forces forces) {
        this.settings = settings;
        this.counters = counters;
        this.limit = limit;
        this.forces = forces;
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
        forcing.remove(added.key());
        due.add(added.key());
    }

    /** Copies the partition no more; an answer on its way does not count. */
    void leave(FetchKey key) {
        partitions.remove(key);
        forcing.remove(key);
        due.remove(key);
        leaving.add(key);
    }

    boolean hasNews() {
        return !due.isEmpty();
    }

    /** Whether something becomes due when a log is durable. */
    boolean isForcing() {
        return !forcing.isEmpty();
    }

    /** Whether there is something to say that cannot wait for the answer to an open request. */
    boolean hasNewsForOpen() {
        return mayFollow() && (!due.isEmpty() || !leaving.isEmpty());
    }

    /** Behind a full request there is no session yet. */
    private boolean mayFollow() {
        return isOpen() && sessionEpoch != 0 && made - answered < LeaderChannel.OPEN_MAX;
    }

    private boolean isOpen() {
        return made > answered;
    }

    /**
     * The next request. Empty when there is nothing to ask before {@link #pauseNanos} is over or a
     * log is {@link #forced}; or, while another one is open, when there is nothing new, or nothing
     * that may be said behind it.
     */
    Optional<FetchRequest> next(int brokerId, long brokerEpoch, long nowNanos) {
        if (isOpen() && !mayFollow()) {
            return Optional.empty();
        }
        endPauses(nowNanos);
        force(nowNanos);
        if (!isOpen() && isWorthWaiting(nowNanos)) {
            return Optional.empty();
        }
        List<FetchPosition> positions = new ArrayList<>(due.size());
        List<FetchKey> forgotten = new ArrayList<>();
        boolean isLimited = limit.isExhausted();
        for (FetchKey key : due) {
            FollowedPartition partition = partitions.get(key);
            if (partition != null && isLimited && limit.covers(partition.name())) {
                forget(partition);
                pauses.add(new Pause(nowNanos + LIMITED_NANOS, partition));
            } else if (partition != null) {
                positions.add(partition.ask(made + 1));
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
        if (isOpen() && positions.isEmpty() && forgotten.isEmpty()) {
            return Optional.empty();
        }
        FetchRequest request =
                new FetchRequest(
                        sessionId,
                        sessionEpoch,
                        brokerId,
                        brokerEpoch,
                        positions,
                        sessionEpoch == 0 ? List.of() : forgotten,
                        waitMaxMs(nowNanos));
        made++;
        sessionEpoch = sessionEpoch == 0 ? 0 : nextEpoch(sessionEpoch);
        return Optional.of(request);
    }

    /** Before the leader hears of it; all logs together, since each waits for the device. */
    private void force(long nowNanos) {
        List<FollowedPartition> owing = new ArrayList<>();
        for (FetchKey key : due) {
            FollowedPartition partition = partitions.get(key);
            if (partition != null && partition.follower().owesFlush()) {
                owing.add(partition);
            }
        }
        for (FollowedPartition partition : owing) {
            due.remove(partition.key());
            forget(partition);
            forcing.put(partition.key(), partition);
            patienceUntilNanos = nowNanos + FORCE_PATIENCE_NANOS;
        }
        for (FollowedPartition partition : owing) {
            partition.follower().whenFlushed(outcome -> forces.done(partition, outcome));
        }
    }

    /** A log that was being forced is durable, or cannot be. */
    void forced(FollowedPartition partition, FollowOutcome outcome, long nowNanos) {
        if (forcing.remove(partition.key(), partition)) {
            settle(partition, partition.forced(outcome), nowNanos);
        }
    }

    /** Without those that are being forced it is too early, or there is nobody to ask for. */
    private boolean isWorthWaiting(long nowNanos) {
        boolean isNobodyElse =
                due.isEmpty()
                        && inSession.size() <= leaving.size()
                        && leaving.containsAll(inSession);
        return isForcing() && (isNobodyElse || patienceUntilNanos - nowNanos > 0);
    }

    /**
     * The leader may wait for news of the others until the first pause is over. Not before there is
     * a session, for until then nothing can be said behind the request; and where there is none,
     * not for long while something is about to be durable.
     */
    private int waitMaxMs(long nowNanos) {
        if (sessionEpoch == 0 && !isWithoutSession) {
            return 0;
        }
        long waitMax = settings.waitMax().toMillis();
        if (isWithoutSession && isForcing()) {
            waitMax = Math.min(waitMax, settings.backoffMin().toMillis());
        }
        Pause first = pauses.peek();
        if (first != null) {
            long left = Math.max(0, first.untilNanos() - nowNanos);
            waitMax = Math.min(waitMax, 1 + TimeUnit.NANOSECONDS.toMillis(left));
        }
        return Math.toIntExact(waitMax);
    }

    /**
     * How long there is nothing to ask, when {@link #next} was empty and no log is {@link #forced};
     * at most the longest pause.
     */
    long pauseNanos(long nowNanos) {
        Pause first = pauses.peek();
        long longest = settings.backoffMax().toNanos();
        long patience = patienceUntilNanos - nowNanos;
        if (isForcing() && patience > 0) {
            longest = Math.min(longest, patience);
        }
        return first == null ? longest : Math.clamp(first.untilNanos() - nowNanos, 0, longest);
    }

    /**
     * @param request the oldest that is open
     */
    void answered(FetchRequest request, FetchAnswer answer, long nowNanos) {
        answered++;
        if (answer.isSessionLost()) {
            isWithoutSession = false;
            beginAnew();
            return;
        }
        if (request.isFull()) {
            sessionId = answer.sessionId();
            isWithoutSession = sessionId == 0;
            sessionEpoch = isWithoutSession ? 0 : 1;
        }
        for (FetchAnswer.OfPartition part : answer.partitions()) {
            FollowedPartition partition = partitions.get(part.key());
            if (partition == null || !inSession.contains(part.key())) {
                counters.foreign.increment();
            } else {
                limit.copied(partition.name(), part.batches().remaining());
                if (partition.askedIn() <= answered) {
                    settle(partition, take(partition, part), nowNanos);
                }
            }
        }
        if (answer.sessionId() == 0) {
            beginAnew();
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
        answered = made;
        isWithoutSession = false;
        beginAnew();
    }

    private void beginAnew() {
        sessionEpoch = 0;
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
