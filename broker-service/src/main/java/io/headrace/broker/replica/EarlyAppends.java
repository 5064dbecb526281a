package io.headrace.broker.replica;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Appends that reach a replica that does not lead. The old leader may tell a client of an election
 * sooner than the elected broker hears of it, and a client that is refused comes back only after a
 * pause of its own (100 ms with Kafka's clients, and longer each time). So each waits a moment for
 * the leadership; on a busy machine the elected broker has heard of it after some 100 ms.
 *
 * <p>Owner: {@code lock}; any thread. Bounds: {@code countMax} requests, {@link #WAIT_MS} each.
 */
final class EarlyAppends {

    static final long WAIT_MS = 200;

    private final ReentrantLock lock = new ReentrantLock();
    private final List<ProduceRequest> waiting = new ArrayList<>();
    private final int countMax;
    private final ScheduledExecutorService timer;

    EarlyAppends(int countMax, ScheduledExecutorService timer) {
        this.countMax = countMax;
        this.timer = timer;
    }

    /**
     * @param refusal the answer when the wait is over
     * @return false when too many wait
     */
    boolean add(ProduceRequest request, ProduceOutcome refusal) {
        lock.lock();
        try {
            if (waiting.size() >= countMax) {
                return false;
            }
            waiting.add(request);
            request.timer =
                    timer.schedule(() -> giveUp(request, refusal), WAIT_MS, TimeUnit.MILLISECONDS);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void giveUp(ProduceRequest request, ProduceOutcome refusal) {
        boolean isWaiting;
        lock.lock();
        try {
            isWaiting = waiting.remove(request);
        } finally {
            lock.unlock();
        }
        if (isWaiting) {
            request.answer(refusal);
        }
    }

    /** All that wait, in the order in which they came; they are the caller's now. */
    List<ProduceRequest> takeAll() {
        lock.lock();
        try {
            if (waiting.isEmpty()) {
                return List.of();
            }
            List<ProduceRequest> all = List.copyOf(waiting);
            waiting.clear();
            for (ProduceRequest request : all) {
                Future<?> pending = request.timer;
                if (pending != null) {
                    pending.cancel(false);
                }
                request.timer = null;
            }
            return all;
        } finally {
            lock.unlock();
        }
    }
}
