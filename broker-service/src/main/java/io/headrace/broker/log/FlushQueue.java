package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The flushes that somebody waits for, or that may happen in the background: each log is queued at
 * most once, however many wait for it, and one fsync serves all of them.
 *
 * <p>Owner: named platform threads take logs from the queue; with none running (in tests) the owner
 * calls {@link #runOne}. Bounds: one place per log; waiters per log at most {@link #WAITERS_MAX}.
 */
final class FlushQueue {

    /** Waiters of one log; a wait beyond them fails with OVERLOADED. */
    static final int WAITERS_MAX = 65_536;

    private final LinkedBlockingQueue<FlushWaiters> queue = new LinkedBlockingQueue<>();
    private volatile boolean isStopped;

    /** Queues the log unless it is queued already. */
    void request(FlushWaiters waiters) {
        if (waiters.markQueued()) {
            queue.add(waiters);
        }
    }

    /** Flushes the next log that is queued; false when there was none within the wait. */
    boolean runOne(long waitMs) throws InterruptedException {
        FlushWaiters next = queue.poll(waitMs, TimeUnit.MILLISECONDS);
        if (next == null) {
            return false;
        }
        next.run();
        return true;
    }

    void runAll() throws InterruptedException {
        while (runOne(0)) {
            // until the queue is empty
        }
    }

    /** What a thread of the queue does until {@link #stop}. */
    void work() {
        while (!isStopped || !queue.isEmpty()) {
            try {
                runOne(100);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    void stop() {
        isStopped = true;
    }

    static void refuse(Consumer<FlushOutcome> listener) {
        listener.accept(
                new FlushOutcome.Failed(
                        ErrorCode.OVERLOADED, "too many writes wait for the disk to flush"));
    }
}
