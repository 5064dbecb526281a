package io.headrace.broker.kafka.api;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The fetch sessions of this broker.
 *
 * <p>Owner: any event loop, under {@code lock}; the work under it is proportional to the partitions
 * of one session.
 *
 * <p>Bounds: {@link Bounds}. When it is full, a session that was idle for long makes room, and for
 * a follower that of the client which was quiet longest; without one the client gets no session and
 * sends full requests, which the protocol allows.
 *
 * <p>Source: KIP-227.
 */
final class FetchSessions {

    private static final int NO_SESSION = 0;
    private static final int FULL_AND_NO_SESSION = -1;
    private static final int FULL = 0;

    /**
     * @param sessionsMax sessions at once
     * @param partitionsMax partitions of all sessions together
     * @param idleMs after which a session may be evicted
     */
    record Bounds(int sessionsMax, int partitionsMax, long idleMs) {

        static final Bounds DEFAULT = new Bounds(1_000, 500_000, 120_000);
    }

    /**
     * What a request means.
     *
     * @param error why it cannot be answered; the other parts are empty then
     * @param session null outside a session
     * @param isIncremental whether the answer carries news only
     */
    record Plan(
            Errors error,
            @Nullable FetchSession session,
            boolean isIncremental,
            List<FetchTarget> targets) {

        int sessionId() {
            return session == null ? NO_SESSION : session.id();
        }
    }

    private final Bounds bounds;
    private final LongSupplier clockMs;
    private final RandomGenerator random;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Integer, FetchSession> sessions =
            new LinkedHashMap<>(16, 0.75f, true);
    private int partitions;

    FetchSessions(Bounds bounds, LongSupplier clockMs, RandomGenerator random) {
        this.bounds = bounds;
        this.clockMs = clockMs;
        this.random = random;
    }

    int count() {
        lock.lock();
        try {
            return sessions.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param isFollower whether a broker asks
     * @param targets of this request
     * @param forgotten of this request
     */
    Plan plan(
            FetchRequestData request,
            boolean usesTopicIds,
            boolean isFollower,
            List<FetchTarget> targets,
            List<FetchTarget.Key> forgotten) {
        lock.lock();
        try {
            int epoch = request.sessionEpoch();
            if (epoch == FULL || epoch == FULL_AND_NO_SESSION) {
                forget(request.sessionId());
                FetchSession created =
                        epoch == FULL_AND_NO_SESSION
                                ? null
                                : create(usesTopicIds, isFollower, targets);
                return new Plan(Errors.NONE, created, false, targets);
            }
            return resume(request, usesTopicIds, targets, forgotten);
        } finally {
            lock.unlock();
        }
    }

    private Plan resume(
            FetchRequestData request,
            boolean usesTopicIds,
            List<FetchTarget> targets,
            List<FetchTarget.Key> forgotten) {
        FetchSession session = sessions.get(request.sessionId());
        if (session == null) {
            return failed(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        if (session.usesTopicIds() != usesTopicIds) {
            return failed(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        }
        if (!session.advance(request.sessionEpoch(), clockMs.getAsLong())) {
            return failed(Errors.INVALID_FETCH_SESSION_EPOCH);
        }
        int before = session.partitionCount();
        targets.forEach(session::put);
        forgotten.forEach(session::remove);
        partitions += session.partitionCount() - before;
        if (session.partitionCount() == 0) {
            forget(session.id());
            return new Plan(Errors.NONE, null, true, List.of());
        }
        return new Plan(Errors.NONE, session, true, session.targets());
    }

    /** Those whose news belong into the answer; index = target. */
    List<Integer> news(FetchSession session, List<FetchTarget> targets, List<PartitionData> data) {
        List<Integer> news = new ArrayList<>();
        lock.lock();
        try {
            for (int i = 0; i < targets.size(); i++) {
                if (session.tell(targets.get(i), data.get(i))) {
                    news.add(i);
                }
            }
        } finally {
            lock.unlock();
        }
        return news;
    }

    private static Plan failed(Errors error) {
        return new Plan(error, null, false, List.of());
    }

    private void forget(int id) {
        FetchSession gone = sessions.remove(id);
        if (gone != null) {
            partitions -= gone.partitionCount();
        }
    }

    private @Nullable FetchSession create(
            boolean usesTopicIds, boolean isFollower, List<FetchTarget> targets) {
        long nowMs = clockMs.getAsLong();
        if (targets.isEmpty() || !hasRoom(targets.size(), isFollower, nowMs)) {
            return null;
        }
        int id;
        do {
            id = random.nextInt(1, Integer.MAX_VALUE);
        } while (sessions.containsKey(id));
        FetchSession session = new FetchSession(id, usesTopicIds, isFollower, nowMs);
        targets.forEach(session::put);
        sessions.put(id, session);
        partitions += session.partitionCount();
        return session;
    }

    /** The map keeps the longest unused session first. */
    private boolean hasRoom(int more, boolean isFollower, long nowMs) {
        if (more > bounds.partitionsMax()) {
            return false;
        }
        Iterator<FetchSession> oldest = sessions.values().iterator();
        while (sessions.size() >= bounds.sessionsMax()
                || partitions + more > bounds.partitionsMax()) {
            if (!oldest.hasNext()) {
                return false;
            }
            FetchSession candidate = oldest.next();
            boolean isIdle = nowMs - candidate.usedMs() >= bounds.idleMs();
            if (isIdle || (isFollower && !candidate.isOfFollower())) {
                oldest.remove();
                partitions -= candidate.partitionCount();
            } else if (!isFollower) {
                return false; // the others were used later
            }
        }
        return true;
    }
}
