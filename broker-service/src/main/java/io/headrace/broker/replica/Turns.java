package io.headrace.broker.replica;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whose turn it is to change a partition: one lock, and a queue for those who must not wait for it.
 * Who holds the lock serves them too, and whoever unlocks it looks at the queue again (flat
 * combining), so that nothing is left behind and an append that finds nobody costs no hand-off.
 *
 * <p>Replies and wake-ups run after the unlock.
 *
 * <p>Bounds: the queue's; one holder serves others for {@value #ROUNDS_MAX} rounds, then hands the
 * rest to a worker.
 */
final class Turns {

    static final int ROUNDS_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

    /** What is done in turn. */
    interface Table {

        /**
         * Under the lock: appends, and counts what followers have.
         *
         * @param oldest linked appends, null for none
         */
        void serve(@Nullable ProduceRequest oldest, boolean haveFollowersMoved, Answers answers);

        /** After the unlock. */
        void deliver(Answers answers);
    }

    /** A change that waits for its turn. */
    interface Change<T, E extends Exception> {
        T apply(Answers answers) throws E;
    }

    private final Table table;
    private final ProduceQueue queue;
    private final Executor workers;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean haveFollowersMoved;

    Turns(Table table, int queuedMax, Executor workers) {
        this.table = table;
        this.queue = new ProduceQueue(queuedMax);
        this.workers = workers;
    }

    /**
     * Appends in this turn or the next; never waits for the lock.
     *
     * @return false when too many wait
     */
    boolean offer(ProduceRequest request) {
        if (!queue.offer(request)) {
            return false;
        }
        drain();
        return true;
    }

    /** Counts in what followers have; never waits for the lock. */
    void followersMoved() {
        haveFollowersMoved = true;
        drain();
    }

    /** Waits for the lock, changes, delivers. */
    <T, E extends Exception> T take(Change<T, E> change) throws E {
        Answers answers = new Answers();
        T result;
        lock.lock();
        try {
            result = change.apply(answers);
        } finally {
            lock.unlock();
        }
        table.deliver(answers);
        drain();
        return result;
    }

    private void drain() {
        int rounds = 0;
        while (hasWork() && lock.tryLock()) {
            Answers answers = new Answers();
            try {
                boolean moved = haveFollowersMoved;
                if (moved) {
                    haveFollowersMoved = false;
                }
                table.serve(queue.takeAll(), moved, answers);
            } finally {
                lock.unlock();
            }
            table.deliver(answers);
            if (++rounds >= ROUNDS_MAX && hasWork() && handOn()) {
                return;
            }
        }
    }

    private boolean hasWork() {
        return !queue.isEmpty() || haveFollowersMoved;
    }

    /**
     * @return false when no worker takes over, so that this thread must go on
     */
    private boolean handOn() {
        try {
            workers.execute(this::drain);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("No worker takes over the appends to a partition");
            return false;
        }
    }
}
