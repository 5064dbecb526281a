package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for one log to be durable. Listeners are called on the flushing thread, never on the
 * thread that waits, and without a lock.
 */
final class FlushWaiters {

    private static final Logger LOG = LoggerFactory.getLogger(FlushWaiters.class);

    private record Waiter(long offset, Consumer<FlushOutcome> listener) {}

    private static final FlushOutcome TRUNCATED =
            new FlushOutcome.Failed(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER,
                    "the records were truncated before they were flushed");

    private final LogFlusher flusher;
    private final FlushQueue queue;
    private final AtomicBoolean isQueued = new AtomicBoolean();
    private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
    private volatile boolean wantsAll;

    FlushWaiters(LogFlusher flusher, FlushQueue queue) {
        this.flusher = flusher;
        this.queue = queue;
    }

    /** Calls the listener once all records below the offset are durable, or cannot be. */
    void await(long offset, Consumer<FlushOutcome> listener) {
        boolean isAccepted;
        synchronized (waiters) {
            isAccepted = waiters.size() < FlushQueue.WAITERS_MAX;
            if (isAccepted) {
                waiters.add(new Waiter(offset, listener));
            }
        }
        if (isAccepted) {
            queue.request(this);
        } else {
            FlushQueue.refuse(listener);
        }
    }

    /** Asks for a flush up to the log end in the background. */
    void requestAll() {
        wantsAll = true;
        queue.request(this);
    }

    /** Asks for a flush of sealed segments in the background. */
    void requestSealed() {
        queue.request(this);
    }

    boolean markQueued() {
        return isQueued.compareAndSet(false, true);
    }

    /** One flush for all who wait now. */
    void run() {
        isQueued.set(false);
        List<Waiter> served;
        synchronized (waiters) {
            served = new ArrayList<>(waiters);
            waiters.clear();
        }
        boolean flushesAll = wantsAll || !served.isEmpty();
        wantsAll = false;
        FlushOutcome outcome = flush(flushesAll);
        for (Waiter waiter : served) {
            if (outcome instanceof FlushOutcome.Flushed(long recoveryPoint)
                    && recoveryPoint < waiter.offset()) {
                waiter.listener().accept(TRUNCATED);
            } else {
                waiter.listener().accept(outcome);
            }
        }
    }

    /**
     * Whoever waits is answered, and the thread goes on to other logs, also after a bug of ours.
     */
    private FlushOutcome flush(boolean flushesAll) {
        try {
            return flushesAll ? flusher.flush() : flusher.flushSealed();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("A flush failed; what it was to make durable is refused");
            return new FlushOutcome.Failed(ErrorCode.UNKNOWN_SERVER_ERROR, e.toString());
        }
    }
}
