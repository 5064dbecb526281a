package io.headrace.gateway.instance;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps idle instances good members of their groups, and ends those that were abandoned.
 *
 * <p>Owner: one thread, {@code instance-keeper}, looks at every instance each {@link #TICK}; what
 * is due runs on virtual threads. Bounds: {@link #PARALLEL_MAX} at a time; what finds no place is
 * due again at the next look.
 */
public final class InstanceKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceKeeper.class);

    /** Also how often an instance is polled whose group rebalances. */
    private static final Duration TICK = Duration.ofMillis(100);

    private static final int PARALLEL_MAX = 32;

    private final Instances instances;
    private final InstanceLimits limits;
    private final Semaphore places = new Semaphore(PARALLEL_MAX);
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("instance-keeper").factory());

    public InstanceKeeper(Instances instances, InstanceLimits limits) {
        this.instances = instances;
        this.limits = limits;
        var _ =
                thread.scheduleWithFixedDelay(
                        this::look, TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        for (ConsumerInstance instance : instances.all()) {
            if (instance.isIdleSince(limits.idleMax())) {
                run(instance, () -> instances.expire(instance));
            } else if (instance.isDue(limits.keepEvery(), TICK)) {
                run(instance, instance::keep);
            }
        }
    }

    private void run(ConsumerInstance instance, Runnable work) {
        if (!places.tryAcquire()) {
            return;
        }
        Thread.ofVirtual()
                .name("instance-keep")
                .start(
                        () -> {
                            try {
                                work.run();
                            } catch (RuntimeException e) {
                                LOG.atWarn()
                                        .setCause(e)
                                        .addKeyValue("groupId", instance.key().group())
                                        .addKeyValue("instance", instance.key().name())
                                        .log("An idle consumer instance could not be kept");
                            } finally {
                                places.release();
                            }
                        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
