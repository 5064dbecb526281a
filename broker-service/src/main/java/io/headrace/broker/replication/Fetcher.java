package io.headrace.broker.replication;

import io.headrace.broker.replica.Follower;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that copies from one leader.
 *
 * <p>Owner: the thread owns {@link LeaderFetches} and the channel; others leave their wishes under
 * {@code lock}. A wish that comes while a poll waits at the leader interrupts the poll, so that a
 * new partition is not kept waiting.
 *
 * <p>Bounds: one wish per change of the image and partition; one connection. After a failed
 * connection it pauses, longer with every failure up to {@link FetchSettings#backoffMax}.
 */
final class Fetcher {

    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);

    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long GATHER_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(50);

    /** Who this broker is; the epoch is -1 before its image shows it. */
    record Self(int brokerId, LongSupplier brokerEpoch) {}

    private sealed interface Wish {
        record Follow(Follower follower) implements Wish {}

        record Leave(FetchKey key) implements Wish {}
    }

    private final int leaderId;
    private final Self self;
    private final FetchSettings settings;
    private final FetchCounters counters;
    private final LeaderChannel.Opener opener;
    private final LongSupplier nanoClock;
    private final LeaderFetches fetches;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Wish> wishes = new ArrayDeque<>();
    private final Thread thread;
    private @Nullable LeaderChannel waiting;
    private boolean isClosed;
    private @Nullable LeaderChannel channel;
    private int failures;

    Fetcher(
            int leaderId,
            Self self,
            FetchSettings settings,
            FetchCounters counters,
            CopyLimit limit,
            LeaderChannel.Opener opener,
            LongSupplier nanoClock) {
        this.leaderId = leaderId;
        this.self = self;
        this.settings = settings;
        this.counters = counters;
        this.opener = opener;
        this.nanoClock = nanoClock;
        this.fetches = new LeaderFetches(settings, counters, limit);
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("replica-fetcher-" + leaderId)
                        .unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void follow(Follower follower) {
        wish(new Wish.Follow(follower), true);
    }

    void leave(FetchKey key) {
        wish(new Wish.Leave(key), false);
    }

    private void wish(Wish wish, boolean isUrgent) {
        lock.lock();
        try {
            wishes.add(wish);
            LeaderChannel polling = waiting;
            if (isUrgent && polling != null) {
                waiting = null;
                polling.interrupt();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            isClosed = true;
            LeaderChannel polling = waiting;
            if (polling != null) {
                waiting = null;
                polling.interrupt();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return whether the thread has ended
     */
    boolean await(long millis) throws InterruptedException {
        thread.join(millis);
        return !thread.isAlive();
    }

    private void run() {
        try {
            while (gather()) {
                Optional<FetchRequest> next =
                        fetches.next(
                                self.brokerId(),
                                self.brokerEpoch().getAsLong(),
                                nanoClock.getAsLong());
                if (next.isPresent()) {
                    fetch(next.get());
                } else {
                    pause(fetches.pauseNanos(nanoClock.getAsLong()), true);
                }
            }
        } finally {
            closeChannel();
        }
    }

    private void fetch(FetchRequest request) {
        try {
            FetchAnswer answer = exchange(request);
            failures = 0;
            if (takeWishes()) {
                fetches.answered(request, answer, nanoClock.getAsLong());
            }
        } catch (IOException e) {
            closeChannel();
            fetches.disconnected();
            if (!hasWishes()) {
                lostLeader(e);
            }
        }
    }

    private void lostLeader(IOException cause) {
        failures++;
        counters.disconnects.increment();
        (Integer.bitCount(failures) == 1 ? LOG.atInfo() : LOG.atDebug())
                .addKeyValue("brokerId", leaderId)
                .log(
                        "No answer from this leader of {} partitions: {}",
                        fetches.count(),
                        cause.toString());
        pause(settings.backoffNanos(failures), false);
    }

    private FetchAnswer exchange(FetchRequest request) throws IOException {
        LeaderChannel open = channel;
        if (open == null) {
            open = opener.open(leaderId);
            channel = open;
        }
        lock.lock();
        try {
            if (isClosed || !wishes.isEmpty()) {
                throw new IOException("something newer is to be done first");
            }
            waiting = open;
        } finally {
            lock.unlock();
        }
        try {
            long beginNanos = nanoClock.getAsLong();
            FetchAnswer answer = open.fetch(request);
            counters.answered(leaderId, nanoClock.getAsLong() - beginNanos, settings.waitMax());
            return answer;
        } finally {
            lock.lock();
            try {
                waiting = null;
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean hasWishes() {
        lock.lock();
        try {
            return isClosed || !wishes.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Wishes come in crowds, when many partitions change: waits a little for the rest of one.
     *
     * @return false when this fetcher is to end
     */
    private boolean gather() {
        int seen = 0;
        for (long waited = 0; waited < GATHER_NANOS_MAX; waited += QUIET_NANOS) {
            int count = wishCount();
            if (count == seen) {
                break;
            }
            seen = count;
            pause(QUIET_NANOS, false);
        }
        return takeWishes();
    }

    private int wishCount() {
        lock.lock();
        try {
            return wishes.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return false when this fetcher is to end
     */
    private boolean takeWishes() {
        lock.lock();
        try {
            for (Wish wish = wishes.poll(); wish != null; wish = wishes.poll()) {
                switch (wish) {
                    case Wish.Follow(Follower follower) -> fetches.follow(follower);
                    case Wish.Leave(FetchKey key) -> fetches.leave(key);
                }
            }
            return !isClosed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @param endsWithAWish whether something new to do ends the pause
     */
    private void pause(long nanos, boolean endsWithAWish) {
        lock.lock();
        try {
            long left = nanos;
            while (left > 0 && !isClosed && !(endsWithAWish && !wishes.isEmpty())) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isClosed = true;
        } finally {
            lock.unlock();
        }
    }

    private void closeChannel() {
        LeaderChannel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }

    /** Waits for the thread, in the time that is left. */
    boolean awaitUntil(long deadlineNanos) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        return await(Math.max(1, left));
    }
}
