package io.headrace.broker.cluster;

import io.headrace.model.cluster.ClusterImage;
import java.io.Closeable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this broker's replicas what the newest image says, again and again.
 *
 * <p>Owner: the thread {@code broker-converger}. At most one pass waits; it takes the image that is
 * newest when it starts. After failures the pass is repeated, first soon, then at most every {@link
 * #RETRY_MAX}; without any, every {@link #REVIEW} to remove files whose grace is over. Up to
 * {@value #HELPERS} helpers open replicas at the same time.
 */
public final class Converger implements Closeable {

    static final Duration RETRY_MIN = Duration.ofMillis(100);
    static final Duration RETRY_MAX = Duration.ofSeconds(10);
    static final Duration REVIEW = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(Converger.class);
    private static final long STOP_WAIT_MS = 10_000;
    private static final int HELPERS = 8;
    private static final long HELPER_IDLE_S = 10;

    private final int brokerId;
    private final Predicate<ClusterImage> isAdmitted;
    private final ReplicaHost host;
    private final DefaultConfig defaults;
    private final InstantSource clock;
    private final Runnable afterPass;
    private final ScheduledThreadPoolExecutor thread;
    private final ThreadPoolExecutor helpers;
    private final AtomicReference<@Nullable ClusterImage> newest = new AtomicReference<>();
    private final AtomicBoolean passIsDue = new AtomicBoolean();
    private volatile Convergence convergence = Convergence.NOTHING_YET;
    private @Nullable Future<?> later;
    private ConvergeStep.Applied applied = ConvergeStep.Applied.NOTHING;
    private boolean isReviewDue = true;
    private int failedPasses;

    /**
     * @param isAdmitted whether an image knows of this start of the broker: see {@link
     *     Membership#isAdmitted}
     * @param afterPass called after every pass, and in it when what this broker leads is open, on
     *     the converger's thread; must not block
     */
    public Converger(
            int brokerId,
            Predicate<ClusterImage> isAdmitted,
            ReplicaHost host,
            DefaultConfig defaults,
            InstantSource clock,
            Runnable afterPass) {
        this.brokerId = brokerId;
        this.isAdmitted = isAdmitted;
        this.host = host;
        this.defaults = defaults;
        this.clock = clock;
        this.afterPass = afterPass;
        this.helpers =
                new ThreadPoolExecutor(
                        HELPERS,
                        HELPERS,
                        HELPER_IDLE_S,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        Thread.ofPlatform().daemon().name("broker-converger-", 1).factory());
        helpers.allowCoreThreadTimeOut(true);
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("broker-converger").factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Takes a newer image; returns at once. */
    public void accept(ClusterImage image) {
        newest.set(image);
        if (passIsDue.compareAndSet(false, true)) {
            try {
                thread.execute(this::pass);
            } catch (RejectedExecutionException e) {
                LOG.debug("An image came after the converger was closed");
            }
        }
    }

    /** What the last pass did. */
    public Convergence convergence() {
        return convergence;
    }

    private void pass() {
        passIsDue.set(false);
        ClusterImage image = newest.get();
        if (image == null) {
            return;
        }
        Future<?> planned = later;
        if (planned != null) {
            planned.cancel(false);
        }
        try {
            boolean isReview = isReviewDue;
            isReviewDue = true; // should this pass break off
            ConvergeStep.Result result =
                    new ConvergeStep(
                                    brokerId,
                                    isAdmitted.test(image),
                                    host,
                                    defaults,
                                    helpers,
                                    afterPass)
                            .apply(image, applied, isReview, clock.millis());
            applied = result.applied();
            report(result.convergence());
            convergence = result.convergence();
            isReviewDue = !result.convergence().failures().isEmpty();
            failedPasses = isReviewDue ? failedPasses + 1 : 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        afterPass.run();
        if (!thread.isShutdown()) {
            later = thread.schedule(this::review, pauseMs(failedPasses), TimeUnit.MILLISECONDS);
        }
    }

    private void review() {
        isReviewDue = true;
        pass();
    }

    private void report(Convergence result) {
        if (result.strays().isEmpty() || result.strays().equals(convergence.strays())) {
            return;
        }
        LOG.atWarn()
                .addKeyValue("brokerId", brokerId)
                .log(
                        "These replicas are not explained by the cluster's metadata; their files"
                                + " are kept and not served: {}",
                        result.strays());
    }

    static long pauseMs(int failedPasses) {
        if (failedPasses == 0) {
            return REVIEW.toMillis();
        }
        long pause = RETRY_MIN.toMillis() << Math.min(failedPasses - 1, 10);
        return Math.min(pause, RETRY_MAX.toMillis());
    }

    /** Waits for the pass that runs, without interrupting its I/O; no other starts. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(STOP_WAIT_MS, TimeUnit.MILLISECONDS)) {
                LOG.atWarn()
                        .addKeyValue("brokerId", brokerId)
                        .log("The converger still works after {} ms", STOP_WAIT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            helpers.shutdown();
        }
    }
}
