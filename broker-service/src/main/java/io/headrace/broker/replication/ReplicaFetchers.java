package io.headrace.broker.replication;

import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.replica.Follower;
import io.headrace.broker.replica.FollowingListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fetchers of this broker, one per leader, and which of them copies which partition.
 *
 * <p>Owner: {@code lock}; calls come from the converger's thread, never wait for a fetch.
 *
 * <p>Bounds: a thread, a connection and a buffer per leader that this broker follows. Logs are
 * forced by the threads of their directory.
 */
public final class ReplicaFetchers implements FollowingListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaFetchers.class);
    private static final long STOP_WAIT_MS = 5_000;

    private record Following(Follower follower, int leaderId) {}

    private final Fetcher.Self self;
    private final FetchSettings settings;
    private final CopyLimit limit;
    private final LeaderChannel.Opener opener;
    private final LongSupplier nanoClock;
    private final FetchCounters counters = new FetchCounters();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Integer, Fetcher> fetchers = new HashMap<>();
    private final Map<Integer, Integer> counts = new HashMap<>();
    private final Map<FetchKey, Following> following = new HashMap<>();
    private boolean isClosed;

    /**
     * @param brokerEpoch of this broker's registration, -1 before its image shows it
     */
    public ReplicaFetchers(
            int brokerId,
            LongSupplier brokerEpoch,
            FetchSettings settings,
            CopyLimit limit,
            LeaderChannel.Opener opener,
            LongSupplier nanoClock) {
        this.self = new Fetcher.Self(brokerId, brokerEpoch);
        this.settings = settings;
        this.limit = limit;
        this.opener = opener;
        this.nanoClock = nanoClock;
    }

    public FetchCounters counters() {
        return counters;
    }

    /** How many partitions are copied. */
    public int followedCount() {
        lock.lock();
        try {
            return following.size();
        } finally {
            lock.unlock();
        }
    }

    /** How many leaders are copied from. */
    public int leaderCount() {
        lock.lock();
        try {
            return fetchers.size();
        } finally {
            lock.unlock();
        }
    }

    @Override
    @SuppressWarnings("ReferenceEquality")
    public void follows(Follower follower, int leaderId) {
        FetchKey key = new FetchKey(follower.topicId(), follower.name().partition());
        lock.lock();
        try {
            Following before = following.get(key);
            if (isClosed
                    || (before != null
                            && before.follower() == follower
                            && before.leaderId() == leaderId)) {
                return;
            }
            following.put(key, new Following(follower, leaderId));
            boolean isSameLeader = before != null && before.leaderId() == leaderId;
            if (!isSameLeader) {
                counts.merge(leaderId, 1, Integer::sum);
            }
            fetchers.computeIfAbsent(leaderId, this::started).follow(follower);
            if (before != null && !isSameLeader) {
                leave(key, before.leaderId());
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void followsNoMore(LocalReplica replica) {
        FetchKey key = new FetchKey(replica.topicId(), replica.partition().partition());
        lock.lock();
        try {
            Following before = following.remove(key);
            if (before != null) {
                leave(key, before.leaderId());
            }
        } finally {
            lock.unlock();
        }
    }

    private Fetcher started(int leaderId) {
        Fetcher fetcher = new Fetcher(leaderId, self, settings, counters, limit, opener, nanoClock);
        fetcher.start();
        return fetcher;
    }

    /** A fetcher without partitions ends. */
    private void leave(FetchKey key, int leaderId) {
        Fetcher fetcher = fetchers.get(leaderId);
        if (fetcher == null) {
            return;
        }
        if (counts.merge(leaderId, -1, Integer::sum) > 0) {
            fetcher.leave(key);
        } else {
            counts.remove(leaderId);
            fetchers.remove(leaderId);
            fetcher.close();
        }
    }

    /** Ends all fetchers, and waits for what they append. */
    @Override
    public void close() {
        List<Fetcher> all;
        lock.lock();
        try {
            isClosed = true;
            all = new ArrayList<>(fetchers.values());
            fetchers.clear();
            counts.clear();
            following.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(Fetcher::close);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_WAIT_MS);
        try {
            for (Fetcher fetcher : all) {
                if (!fetcher.awaitUntil(deadline)) {
                    LOG.atWarn()
                            .addKeyValue("brokerId", self.brokerId())
                            .log("A fetcher still works after {} ms", STOP_WAIT_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
