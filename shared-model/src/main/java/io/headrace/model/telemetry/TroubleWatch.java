package io.headrace.model.telemetry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at everything that can be in trouble ten times a second.
 *
 * <p>Owner: the daemon thread {@code trouble-watch}, which only it has: how late it wakes is what
 * {@link PauseWatch} goes by.
 */
public final class TroubleWatch implements AutoCloseable {

    static final Duration EVERY = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(TroubleWatch.class);

    private final PauseWatch pauses;
    private final List<Look> looks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("trouble-watch").unstarted(this::run);
    private boolean isClosed;

    private TroubleWatch(PauseWatch pauses, List<Look> looks) {
        this.pauses = pauses;
        this.looks = List.copyOf(looks);
    }

    /** Begins to look. */
    public static TroubleWatch started(PauseWatch pauses, List<Look> looks) {
        TroubleWatch watch = new TroubleWatch(pauses, looks);
        watch.thread.start();
        return watch;
    }

    private void run() {
        long fromNs = System.nanoTime();
        while (sleeps()) {
            long nowNs = System.nanoTime();
            pauses.slept(EVERY.toNanos(), nowNs - fromNs, nowNs);
            looks.forEach(look -> look(look, nowNs));
            fromNs = System.nanoTime();
        }
    }

    private static void look(Look look, long nowNs) {
        try {
            look.look(nowNs);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("A look for troubles failed for a reason that is ours");
        }
    }

    /**
     * @return false when it is to end
     */
    private boolean sleeps() {
        lock.lock();
        try {
            long left = EVERY.toNanos();
            while (left > 0 && !isClosed) {
                left = closing.awaitNanos(left);
            }
            return !isClosed;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
