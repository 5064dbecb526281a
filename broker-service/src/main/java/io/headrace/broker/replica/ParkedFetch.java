package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A fetch that found too little and waits for more, on one or several partitions; extended by who
 * waits.
 *
 * <p>{@link #wake} is called exactly once unless {@link #cancel} came first: when enough bytes were
 * committed, at the deadline (both with {@code NONE}), or with the reason why waiting is over
 * (leadership lost, topic deleted, log offline, shutdown). Who is woken reads again.
 *
 * <p>Owner: any thread; the first of wake and cancel wins.
 */
public abstract class ParkedFetch {

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong bytesMissing;
    private final List<Watch> watches = new ArrayList<>(1);
    private volatile @Nullable Future<?> timer;
    private volatile @Nullable Runnable whenOver;

    /** Link in a list of fetches about to be woken; the waker's alone. */
    @Nullable ParkedFetch nextWoken;

    /**
     * @param bytesMissing how many committed bytes to wait for, 1 or more
     */
    protected ParkedFetch(long bytesMissing) {
        this.bytesMissing = new AtomicLong(Math.max(1, bytesMissing));
    }

    /** The wait is over; on any thread, outside all locks, must not block. */
    protected abstract void wake(ErrorCode reason);

    /** Gives up waiting; {@link #wake} will not be called unless it already was. */
    public final void cancel() {
        if (claim()) {
            detach();
        }
    }

    /**
     * Adds a partition to wait on, while this broker leads it; before {@link ReplicaManager#park}
     * only.
     */
    public final void watch(Partition partition, long highWatermarkSeen) {
        watches.add(new Watch(this, partition, For.COMMITTED, highWatermarkSeen, 0, 0));
    }

    /** As {@link #watch}, also while this broker follows. */
    public final void watchServed(Partition partition, long highWatermarkSeen) {
        watches.add(new Watch(this, partition, For.COMMITTED_ANYWHERE, highWatermarkSeen, 0, 0));
    }

    /**
     * For a follower: wakes when the log grows, or when the high watermark or the log's start is
     * news to it.
     */
    public final void watchEnd(
            Partition partition, long logEndSeen, long highWatermarkSeen, long logStartSeen) {
        watches.add(
                new Watch(
                        this, partition, For.LOG_END, highWatermarkSeen, logEndSeen, logStartSeen));
    }

    /** What is waited for, and who may serve it. */
    private enum For {
        COMMITTED,
        COMMITTED_ANYWHERE,
        LOG_END
    }

    final List<Watch> watches() {
        return watches;
    }

    /** What to do once the wait is over; before anything can end it. */
    final void whenOver(Runnable hook) {
        this.whenOver = hook;
    }

    final void deadline(Future<?> task) {
        this.timer = task;
    }

    /**
     * @return whether the caller now must wake this fetch
     */
    final boolean arrived(long bytes) {
        return bytesMissing.addAndGet(-bytes) <= 0 && claim();
    }

    /**
     * @return whether the caller is the first, and so the one to end the wait
     */
    final boolean claim() {
        return over.compareAndSet(false, true);
    }

    final boolean isOver() {
        return over.get();
    }

    /** Ends the wait after a successful {@link #claim}. */
    final void finish(ErrorCode reason) {
        detach();
        wake(reason);
    }

    private void detach() {
        for (Watch watch : watches) {
            watch.waiters().remove(watch);
        }
        Future<?> pending = timer;
        if (pending != null) {
            pending.cancel(false);
        }
        Runnable hook = whenOver;
        if (hook != null) {
            hook.run();
        }
    }

    /** The place of a fetch among the waiters of one partition. */
    static final class Watch {

        final ParkedFetch fetch;
        final long highWatermarkSeen;
        final long logStartSeen;
        private final Partition partition;
        private final For awaited;
        private final long logEndSeen;

        /** Slot in the list of waiters, -1 outside; guarded by its lock. */
        int slot = -1;

        private Watch(
                ParkedFetch fetch,
                Partition partition,
                For awaited,
                long highWatermarkSeen,
                long logEndSeen,
                long logStartSeen) {
            this.fetch = fetch;
            this.logStartSeen = logStartSeen;
            this.partition = partition;
            this.awaited = awaited;
            this.highWatermarkSeen = highWatermarkSeen;
            this.logEndSeen = logEndSeen;
        }

        Waiters waiters() {
            return awaited == For.LOG_END ? partition.endWaiters() : partition.waiters();
        }

        /** NONE while the partition is served as the fetch needs it. */
        ErrorCode whyOver() {
            ErrorCode reason = partition.whyNotLeading();
            return awaited == For.COMMITTED_ANYWHERE && partition.servedLeaderEpoch() >= 0
                    ? ErrorCode.NONE
                    : reason;
        }

        /** Whether something happened since the fetch looked. */
        boolean hasMoved() {
            return partition.highWatermark() != highWatermarkSeen
                    || (awaited == For.LOG_END
                            && (partition.log().logEndOffset() != logEndSeen
                                    || partition.log().logStartOffset() != logStartSeen));
        }
    }
}
