package io.headrace.model.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at everything that can be in trouble ten times a second: what the service gives it, and the
 * process (its pauses, and the network of its machine). One service of a process looks at that:
 * what happens once is to be noted once.
 *
 * <p>Owner: the daemon thread {@code trouble-watch}, which only it has: how late it wakes is what
 * {@link PauseWatch} goes by.
 */
public final class TroubleWatch implements MeterBinder, AutoCloseable {

    /** Setting of all services; false where another one in the process looks at the process. */
    public static final String WATCHES_PROCESS = "headrace.watches-process";

    /** Of all TCP segments; a setting of the broker may say else. */
    private static final double RESENT_SHARE_MAX = 0.01;

    static final Duration EVERY = Duration.ofMillis(100);

    private static final Logger LOG = LoggerFactory.getLogger(TroubleWatch.class);

    /** Of the process. */
    private record OfProcess(PauseWatch pauses, NetworkLoss network) {

        static OfProcess of(Troubles troubles, double resentShareMax) {
            return new OfProcess(
                    new PauseWatch(troubles),
                    new NetworkLoss(troubles, NetworkLoss.FIGURES, resentShareMax));
        }
    }

    private final Optional<OfProcess> process;
    private final List<Look> looks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("trouble-watch").unstarted(this::run);
    private boolean isClosed;

    private TroubleWatch(Optional<OfProcess> process, List<Look> looks) {
        this.process = process;
        List<Look> all = new ArrayList<>(looks);
        process.ifPresent(own -> all.add(own.network()));
        this.looks = List.copyOf(all);
    }

    /** Begins to look, for a service that has nothing of its own to look at. */
    public static TroubleWatch started(Troubles troubles, boolean watchesProcess) {
        return started(troubles, watchesProcess, RESENT_SHARE_MAX, List.of());
    }

    /**
     * Begins to look.
     *
     * @param watchesProcess what {@link #WATCHES_PROCESS} says
     * @param resentShareMax of all TCP segments, as {@link NetworkLoss} takes it
     * @param looks of the service
     */
    public static TroubleWatch started(
            Troubles troubles, boolean watchesProcess, double resentShareMax, List<Look> looks) {
        Optional<OfProcess> process =
                watchesProcess
                        ? Optional.of(OfProcess.of(troubles, resentShareMax))
                        : Optional.empty();
        TroubleWatch watch = new TroubleWatch(process, looks);
        if (!watch.looks.isEmpty()) {
            watch.thread.start();
        }
        return watch;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        process.ifPresent(
                own -> {
                    own.pauses().bindTo(registry);
                    own.network().bindTo(registry);
                });
    }

    private void run() {
        long fromNs = System.nanoTime();
        while (sleeps()) {
            long nowNs = System.nanoTime();
            long tookNs = nowNs - fromNs;
            process.ifPresent(own -> own.pauses().slept(EVERY.toNanos(), tookNs, nowNs));
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
