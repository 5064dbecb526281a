package io.headrace.gateway.instance;

import io.headrace.gateway.http.HttpFailure;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One consumer instance: who may use its {@link Membership} when, and when it was used last. The
 * consumer is made at the first use, so that creating an instance costs next to nothing.
 *
 * <p>Bounds: {@link #CALLS_MAX} calls at a time, of which one runs and the others wait in order,
 * for at most {@link #SLOT_WAIT}.
 */
final class ConsumerInstance {

    private static final int CALLS_MAX = 16;
    static final Duration SLOT_WAIT = Duration.ofSeconds(75);

    private final InstanceKey key;
    private final InstanceSettings settings;
    private final Supplier<Membership> opener;
    private final LongSupplier nanoClock;
    private final Semaphore slot = new Semaphore(1, true);
    private final AtomicInteger calls = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Membership membership;
    private volatile @Nullable Page page;
    private long pageCount;
    private volatile boolean isClosed;
    private volatile long usedNanos;
    private volatile long keptNanos;

    ConsumerInstance(
            InstanceKey key,
            InstanceSettings settings,
            Supplier<Membership> opener,
            LongSupplier nanoClock) {
        this.key = key;
        this.settings = settings;
        this.opener = opener;
        this.nanoClock = nanoClock;
        this.usedNanos = nanoClock.getAsLong();
    }

    InstanceKey key() {
        return key;
    }

    InstanceSettings settings() {
        return settings;
    }

    /** Runs one call of a client; the calls before it end first. */
    <T> T call(Function<Membership, T> use) {
        enter();
        try {
            return use(use);
        } finally {
            leave();
        }
    }

    /** {@link #call} for what has no result. */
    void run(Consumer<Membership> use) {
        var _ =
                call(
                        member -> {
                            use.accept(member);
                            return true;
                        });
    }

    /**
     * Takes the slot. Blocks.
     *
     * @throws HttpFailure 429 if too many wait, 404 if the instance is gone
     */
    void enter() {
        boolean isEntered = false;
        try {
            if (calls.incrementAndGet() > CALLS_MAX) {
                throw HttpFailure.overloaded(
                        "The instance has "
                                + CALLS_MAX
                                + " calls waiting; it serves one at a time.");
            }
            isEntered = slot.tryAcquire(SLOT_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!isEntered) {
                calls.decrementAndGet();
            }
        }
        if (!isEntered) {
            throw HttpFailure.overloaded("Another call of the instance did not end in time.");
        }
        usedNanos = nanoClock.getAsLong();
        if (isClosed) {
            leave();
            throw InstanceFailures.unknownInstance(key);
        }
        Page last = page;
        if (last != null) {
            last.awaitNews();
        }
    }

    void leave() {
        usedNanos = nanoClock.getAsLong();
        calls.decrementAndGet();
        slot.release();
    }

    /** Uses the consumer; only the keeper may hold it up, for moments. Blocks. */
    <T> T use(Function<Membership, T> use) {
        lock.lock();
        try {
            if (isClosed) {
                throw InstanceFailures.unknownInstance(key);
            }
            Membership member = membership;
            if (member == null) {
                member = opener.get();
                membership = member;
            }
            T result = use.apply(member);
            if (isClosed) {
                throw InstanceFailures.unknownInstance(key);
            }
            return result;
        } finally {
            keptNanos = nanoClock.getAsLong();
            lock.unlock();
        }
    }

    /** Begins the next page. Only with the slot. */
    Page nextPage() {
        Page next = new Page(++pageCount);
        page = next;
        return next;
    }

    /** The page that was begun last. */
    @Nullable Page lastPage() {
        return page;
    }

    /** Another gateway says that its client did not receive the page; too late is no error. */
    void takeBack(long number) {
        Page last = page;
        if (last != null && last.number() == number) {
            last.takeBack();
        }
    }

    /** Lets a running read look whether it is still wanted. */
    void wake() {
        Membership member = membership;
        if (member != null) {
            member.wake();
        }
    }

    boolean isClosed() {
        return isClosed;
    }

    boolean isIdleSince(Duration idle) {
        return calls.get() == 0 && nanoClock.getAsLong() - usedNanos > idle.toNanos();
    }

    /** Whether the keeper should poll now. */
    boolean isDue(Duration keepEvery, Duration keepSoon) {
        Membership member = membership;
        if (member == null || isClosed || lock.isLocked()) {
            return false;
        }
        long pauseNanos = (member.isInMotion() ? keepSoon : keepEvery).toNanos();
        return nanoClock.getAsLong() - keptNanos >= pauseNanos;
    }

    /** The keeper's turn, unless somebody else uses the consumer. */
    void keep() {
        Membership member = membership;
        if (member == null || !lock.tryLock()) {
            return;
        }
        try {
            if (!isClosed) {
                member.keep();
            }
        } finally {
            keptNanos = nanoClock.getAsLong();
            lock.unlock();
        }
    }

    /**
     * Leaves the group. A call that runs ends with 404. Blocks for a few seconds at most.
     *
     * @param isWanted whether the client ended it, and so received what was sent last
     */
    void close(boolean isWanted) {
        isClosed = true;
        wake();
        lock.lock();
        try {
            Membership member = membership;
            if (member != null) {
                membership = null;
                member.close(isWanted);
            }
        } finally {
            lock.unlock();
        }
    }
}
