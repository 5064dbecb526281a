package io.headrace.broker.replication;

import io.headrace.broker.replica.FollowOutcome;
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
 * {@code lock}. A wish that comes while a poll waits at the leader wakes the thread, which sends it
 * behind the poll: the leader then answers that one at once. When the leader is about to answer
 * anyway, that is waited for first. What came of forcing a log comes as a wish, too.
 *
 * <p>Bounds: one wish per change of the image and partition, and one per force; one connection,
 * {@link LeaderChannel#OPEN_MAX} open requests. After a failed connection it pauses, longer with
 * every failure up to {@link FetchSettings#backoffMax}.
 */
final class Fetcher {

    private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);

    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final int QUIET_COUNT_MAX = 10;

    /** The leader looks at all partitions for each request, so that crowds are worth more then. */
    private static final int PARTITIONS_PER_QUIET = 200;

    /** Who this broker is; the epoch is -1 before its image shows it. */
    record Self(int brokerId, LongSupplier brokerEpoch) {}

    private sealed interface Wish {
        record Follow(Follower follower) implements Wish {}

        record Leave(FetchKey key) implements Wish {}

        record Forced(FollowedPartition partition, FollowOutcome outcome) implements Wish {}
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
    private boolean isClosed;

    /** A request that was sent, and not answered yet. */
    private record Open(FetchRequest request, long sentNanos) {}

    /** Whose wait {@link #close} ends, and a wish when {@link #isListening}. */
    private @Nullable LeaderChannel waiting;

    private boolean isListening;

    // The thread's own from here on.

    private final ArrayDeque<Open> open = new ArrayDeque<>(LeaderChannel.OPEN_MAX);
    private @Nullable LeaderChannel channel;
    private int failures;
    private int quietCount;

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
        this.fetches = new LeaderFetches(settings, counters, limit, this::forced);
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

    private void forced(FollowedPartition partition, FollowOutcome outcome) {
        wish(new Wish.Forced(partition, outcome), true);
    }

    private void wish(Wish wish, boolean isUrgent) {
        lock.lock();
        try {
            wishes.add(wish);
            LeaderChannel polling = waiting;
            if (isUrgent && isListening && polling != null) {
                isListening = false;
                polling.wake();
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
            while (!isClosed()) {
                step();
            }
        } finally {
            closeChannel();
        }
    }

    private void step() {
        try {
            LeaderChannel polled = channel;
            if (open.isEmpty() || polled == null) {
                begin();
            } else {
                listen(polled);
            }
        } catch (IOException e) {
            closeChannel();
            fetches.disconnected();
            if (!isClosed()) {
                lostLeader(e);
            }
        }
    }

    /** Sends a request when none is open; what was appended is acknowledged without delay. */
    private void begin() throws IOException {
        boolean isHurried = fetches.hasNews() || fetches.isForcing();
        if (!(isHurried ? takeWishes() : gather())) {
            return;
        }
        Optional<FetchRequest> next = next();
        if (next.isPresent()) {
            send(next.get());
        } else {
            pause(fetches.pauseNanos(nanoClock.getAsLong()), true);
        }
    }

    private Optional<FetchRequest> next() {
        return fetches.next(self.brokerId(), self.brokerEpoch().getAsLong(), nanoClock.getAsLong());
    }

    private void send(FetchRequest request) throws IOException {
        LeaderChannel to = channel;
        if (to == null) {
            to = opener.open(leaderId);
            channel = to;
        }
        open.add(new Open(request, nanoClock.getAsLong()));
        if (expect(to, false)) {
            to.send(request);
        }
    }

    /**
     * Waits for the oldest answer. With something new to say it waits no longer than until wishes
     * are quiet and the leader has been, and then says it behind the open request.
     */
    private void listen(LeaderChannel from) throws IOException {
        boolean mayFollow = open.size() < LeaderChannel.OPEN_MAX;
        int count = wishCount();
        boolean isNews = mayFollow && (count > 0 || fetches.hasNewsForOpen());
        if (!expect(from, mayFollow && !isNews)) {
            return;
        }
        FetchAnswer answer = from.receive(isNews ? QUIET_NANOS : Long.MAX_VALUE);
        if (answer != null) {
            answered(answer);
        } else if (isNews && (count == wishCount() || ++quietCount >= quietCountMax())) {
            quietCount = 0;
            if (takeWishes()) {
                Optional<FetchRequest> next = next();
                if (next.isPresent()) {
                    send(next.get());
                }
            }
        }
    }

    private void answered(FetchAnswer answer) throws IOException {
        Open oldest = open.remove();
        FetchRequest request = oldest.request();
        counters.answered(leaderId, nanoClock.getAsLong() - oldest.sentNanos(), settings.waitMax());
        quietCount = 0;
        if (request.isFull() && answer.isSessionLost()) {
            throw new IOException("it refuses all: " + answer.sessionFailure());
        }
        failures = 0;
        if (takeWishes()) {
            fetches.answered(request, answer, nanoClock.getAsLong());
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

    /**
     * Lets others end the wait that comes.
     *
     * @param wakesUp whether a wish ends it, too
     * @return false when there is something to do first
     */
    private boolean expect(LeaderChannel on, boolean wakesUp) {
        lock.lock();
        try {
            waiting = on;
            isListening = wakesUp;
            return !isClosed && !(wakesUp && !wishes.isEmpty());
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return isClosed;
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
        for (int i = 0; i < quietCountMax(); i++) {
            int count = wishCount();
            if (count == seen) {
                break;
            }
            seen = count;
            pause(QUIET_NANOS, false);
        }
        return takeWishes();
    }

    private int quietCountMax() {
        return QUIET_COUNT_MAX + fetches.count() / PARTITIONS_PER_QUIET;
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
                    case Wish.Forced(FollowedPartition partition, FollowOutcome outcome) ->
                            fetches.forced(partition, outcome, nanoClock.getAsLong());
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
        LeaderChannel used = channel;
        channel = null;
        open.clear();
        quietCount = 0;
        if (used != null) {
            lock.lock();
            try {
                waiting = null;
            } finally {
                lock.unlock();
            }
            used.close();
        }
    }

    /** Waits for the thread, in the time that is left. */
    boolean awaitUntil(long deadlineNanos) throws InterruptedException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        return await(Math.max(1, left));
    }
}
