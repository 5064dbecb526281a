package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.BrokerGone;
import io.headrace.admin.controller.ControllerEvent.Change;
import io.headrace.admin.controller.ControllerEvent.ClusterChanged;
import io.headrace.admin.controller.ControllerEvent.Tick;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the {@link ControllerCore}: takes events in order, has each decision written, and waits
 * until the own image shows it, so that the next decision builds on it and the caller reads its
 * writes.
 *
 * <pre>
 * term     event    becomes
 * none     begin    in office
 * any      end      none; waiting changes are refused as NOT_CONTROLLER
 * any      write answered FENCED   none, as by end, and the election is told
 * </pre>
 *
 * <p>Owner: the thread {@code controller}; {@code begin}, {@code end} and {@code submit} may be
 * called from any thread. Bounds: {@link #QUEUE_LENGTH_MAX} waiting changes, then OVERLOADED.
 */
public final class Controller implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);
    private static final int QUEUE_LENGTH_MAX = 1_024;
    private static final int ATTEMPT_COUNT_MAX = 6;
    private static final Duration FRESH_IMAGE_WAIT = Duration.ofMillis(500);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);

    private final ControllerCore core;
    private final ClusterStore store;
    private final ClusterView view;
    private final Timing timing;
    private final Runnable onFenced;
    private final BlockingQueue<Task> queue = new ArrayBlockingQueue<>(QUEUE_LENGTH_MAX);
    private final AtomicBoolean electionIsDue = new AtomicBoolean();
    private volatile Optional<Office> office = Optional.empty();
    private final Thread thread;
    private volatile boolean isClosing;

    /**
     * @param tick how often old tombstones are looked for, and failed elections tried again
     * @param visibleWait how long a finished change may wait for the own image
     */
    public record Timing(Duration tick, Duration visibleWait) {}

    /** A term with the brokers its predecessors have seen. */
    private record Office(Term term, Remembered rememberedBrokers) {}

    private record Task(ControllerEvent event, CompletableFuture<Outcome> answer) {}

    /**
     * @param onFenced told, on the controller thread, when a write finds a newer controller
     */
    public Controller(
            ControllerRules rules,
            Clock clock,
            RandomGenerator random,
            ClusterStore store,
            ClusterView view,
            Timing timing,
            Runnable onFenced) {
        this.core = new ControllerCore(rules, clock, random);
        this.store = store;
        this.view = view;
        this.timing = timing;
        this.onFenced = onFenced;
        this.thread = Thread.ofPlatform().daemon().name("controller").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Whether this instance is the controller, as far as it knows. */
    public boolean isActive() {
        return office.isPresent();
    }

    /** Epoch of the own term; 0 when not in office. */
    public int epoch() {
        return office.map(o -> o.term().epoch()).orElse(0);
    }

    synchronized void begin(Term term, Remembered rememberedBrokers) {
        office = Optional.of(new Office(term, rememberedBrokers));
        LOG.atInfo().addKeyValue("controllerEpoch", term.epoch()).log("Is the controller");
        clusterChanged();
    }

    /** Stops acting at once. A decision that is being written is fenced or known to be unknown. */
    synchronized void end(String why) {
        Optional<Office> was = office;
        office = Optional.empty();
        if (was.isPresent()) {
            LOG.atInfo()
                    .addKeyValue("controllerEpoch", was.get().term().epoch())
                    .log("Is no longer the controller: {}", why);
        }
        List<Task> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        waiting.forEach(task -> task.answer().complete(notController()));
    }

    /** Brokers or topics changed. Never blocks. */
    public void clusterChanged() {
        if (electionIsDue.compareAndSet(false, true)) {
            // A full queue is no loss: the thread looks at the flag after every task.
            queue.offer(new Task(new ClusterChanged(), new CompletableFuture<>()));
        }
    }

    /**
     * The process of a broker is known to be dead. Never blocks; a full queue is no loss, the
     * session ends it later.
     */
    public void brokerGone(int brokerId, long brokerEpoch) {
        queue.offer(
                new Task(
                        new ControllerEvent.BrokerGone(brokerId, brokerEpoch),
                        new CompletableFuture<>()));
    }

    /** Hands a change to the controller thread; the future always completes with an outcome. */
    public CompletableFuture<Outcome> submit(Change change) {
        Task task = new Task(change, new CompletableFuture<>());
        if (!isActive() || isClosing) {
            task.answer().complete(notController());
        } else if (!queue.offer(task)) {
            task.answer()
                    .complete(
                            new Outcome.Refused(
                                    ErrorCode.OVERLOADED,
                                    "the controller has "
                                            + QUEUE_LENGTH_MAX
                                            + " changes waiting; try again later"));
        } else if (isClosing) {
            end("it stops");
        }
        return task.answer();
    }

    @Override
    public void close() {
        isClosing = true;
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_WAIT)) {
                LOG.atWarn().log("The controller thread did not stop in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end("it stops");
    }

    private void run() {
        long tickAt = System.nanoTime() + timing.tick().toNanos();
        long wakeAt = tickAt;
        Optional<Office> settledFor = Optional.empty();
        while (!isClosing) {
            try {
                Optional<Task> task =
                        Optional.ofNullable(
                                queue.poll(
                                        Math.max(0, wakeAt - System.nanoTime()),
                                        TimeUnit.NANOSECONDS));
                Optional<Office> now = office;
                if (now.isPresent() && !now.equals(settledFor)) {
                    core.settled(now.get().rememberedBrokers());
                    settledFor = now;
                }
                boolean isTick = System.nanoTime() - tickAt >= 0;
                boolean isDone = true;
                boolean isAwake = System.nanoTime() - wakeAt >= 0;
                if (electionIsDue.getAndSet(false) || isAwake) {
                    isDone = background(new ClusterChanged());
                }
                if (task.isPresent() && task.get().event() instanceof BrokerGone gone) {
                    isDone &= background(gone);
                }
                task.ifPresent(this::answer);
                if (isTick) {
                    isDone &= background(new Tick());
                }
                if (isTick || !isDone) {
                    tickAt = System.nanoTime() + (isDone ? timing.tick() : RETRY).toNanos();
                }
                wakeAt = nextWake(wakeAt, tickAt, isAwake || !isDone);
            } catch (InterruptedException e) {
                LOG.atDebug().log("The controller thread was asked to stop");
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("The controller failed on an event");
                end("it failed on an event");
                onFenced.run();
            }
        }
    }

    /** At the tick, or before it, when moves have rested. */
    private long nextWake(long wakeAt, long tickAt, boolean isOver) {
        long restNanos = TimeUnit.MILLISECONDS.toNanos(core.restMs());
        long nowNanos = System.nanoTime();
        if (restNanos > 0) {
            return nowNanos + Math.min(restNanos, tickAt - nowNanos);
        }
        return isOver ? tickAt : wakeAt;
    }

    /** Whether it needs no second try. */
    private boolean background(ControllerEvent event) throws InterruptedException {
        if (apply(event, false) instanceof Outcome.Refused refused
                && refused.code() != ErrorCode.NOT_CONTROLLER) {
            LOG.atWarn()
                    .addKeyValue("errorCode", refused.code())
                    .log("The controller tries again soon: {}", refused.message());
            return false;
        }
        return true;
    }

    private void answer(Task task) {
        if (!(task.event() instanceof Change change)) {
            return;
        }
        Outcome outcome = unknown();
        try {
            if (core.isElectionDue(view.image())) {
                // A topic placed on a broker that is new to the elections would be elected twice.
                var _ = apply(new ClusterChanged(), false);
            }
            outcome = apply(change, change.validateOnly());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            task.answer().complete(outcome);
        }
    }

    /** Decides and writes; tries again on a fresher image when the cluster has moved on. */
    private Outcome apply(ControllerEvent event, boolean validateOnly) throws InterruptedException {
        for (int attempt = 0; attempt < ATTEMPT_COUNT_MAX; attempt++) {
            Optional<Office> now = office;
            if (now.isEmpty()) {
                return notController();
            }
            ClusterImage image = view.image();
            switch (core.decide(image, event)) {
                case Decision.Refused(ErrorCode code, String message) -> {
                    return new Outcome.Refused(code, message);
                }
                case Plan plan -> {
                    ClusterStore.Commit commit =
                            validateOnly && !plan.isFirstHalf()
                                    ? ClusterStore.Commit.DONE
                                    : write(now.get(), plan);
                    switch (commit) {
                        case DONE -> {
                            if (!plan.isFirstHalf()) {
                                return new Outcome.Done(
                                        plan.before(),
                                        plan.after(),
                                        now.get().term().epoch(),
                                        plan.refusals());
                            }
                        }
                        case FENCED -> {
                            if (office.equals(now)) {
                                end("there is a newer one");
                                onFenced.run();
                            }
                            return notController();
                        }
                        case UNKNOWN -> {
                            return unknown();
                        }
                        case STALE -> awaitNewerThan(image);
                    }
                }
            }
        }
        return new Outcome.Refused(
                ErrorCode.REQUEST_TIMED_OUT,
                "the cluster changed faster than the decision could be written; nothing was changed");
    }

    private ClusterStore.Commit write(Office holder, Plan plan) throws InterruptedException {
        for (List<ClusterWrite> step : plan.steps()) {
            if (!office.equals(Optional.of(holder))) {
                return ClusterStore.Commit.FENCED;
            }
            ClusterStore.Commit commit = store.commit(holder.term(), step);
            if (commit != ClusterStore.Commit.DONE) {
                return commit;
            }
            for (ClusterWrite write : step) {
                if (write instanceof ClusterWrite.RememberBrokers remember) {
                    core.settled(remember.brokers());
                }
            }
        }
        List<ClusterWrite> writes = plan.steps().stream().flatMap(List::stream).toList();
        try {
            view.await(
                    image -> writes.stream().allMatch(write -> write.isVisibleIn(image)),
                    timing.visibleWait());
        } catch (TimeoutException e) {
            LOG.atWarn()
                    .log(
                            "A change is written, but the own image does not show it within {} ms",
                            timing.visibleWait().toMillis());
        }
        return ClusterStore.Commit.DONE;
    }

    private void awaitNewerThan(ClusterImage image) throws InterruptedException {
        try {
            view.await(now -> now.version() != image.version(), FRESH_IMAGE_WAIT);
        } catch (TimeoutException e) {
            LOG.atDebug().log("No newer image; deciding again on the same one");
        }
    }

    private static Outcome.Refused notController() {
        return new Outcome.Refused(
                ErrorCode.NOT_CONTROLLER,
                "this admin-service is not the controller at the moment; nothing was changed, try again");
    }

    private static Outcome.Refused unknown() {
        return new Outcome.Refused(
                ErrorCode.REQUEST_TIMED_OUT,
                "the connection to ZooKeeper broke during the change; look whether it was made before trying again");
    }
}
