package io.headrace.broker.replica;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who waits until this broker serves what was just created (the image shows it, and what this
 * broker leads of it takes records) or has heard of what was just deleted. Looked at after every
 * pass of the converger.
 *
 * <p>Bound: {@value #WAITING_MAX}; who finds no room does not wait.
 */
public final class Arrivals {

    private static final int WAITING_MAX = 1_024;

    private record Waiting(BooleanSupplier isHere, CompletableFuture<Void> arrived) {}

    private final ReplicaManager replicas;
    private final Supplier<@Nullable ClusterImage> image;
    private final ScheduledExecutorService timer;
    private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    Arrivals(
            ReplicaManager replicas,
            Supplier<@Nullable ClusterImage> image,
            ScheduledExecutorService timer) {
        this.replicas = replicas;
        this.image = image;
        this.timer = timer;
    }

    /**
     * Completes, never with a failure, when the topic has as many partitions and those led here are
     * served, or when the wait is over.
     */
    public CompletableFuture<Void> await(String topic, int partitionCount, long waitMs) {
        return await(() -> isServed(topic, partitionCount), waitMs);
    }

    /** Completes, never with a failure, when the image lacks the topic, or the wait is over. */
    public CompletableFuture<Void> awaitGone(String topic, TopicId id, long waitMs) {
        return await(() -> isGone(topic, id), waitMs);
    }

    private CompletableFuture<Void> await(BooleanSupplier isHere, long waitMs) {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        if (isHere.getAsBoolean()) {
            arrived.complete(null);
            return arrived;
        }
        if (count.incrementAndGet() > WAITING_MAX) {
            count.decrementAndGet();
            arrived.complete(null);
            return arrived;
        }
        Waiting one = new Waiting(isHere, arrived);
        waiting.add(one);
        try {
            var _ = timer.schedule(() -> end(one), waitMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            end(one); // the broker is stopping
        }
        if (isHere.getAsBoolean()) {
            end(one);
        }
        return arrived;
    }

    /** The replicas were made what an image says. */
    public void look() {
        for (Waiting one : List.copyOf(waiting)) {
            if (one.isHere().getAsBoolean()) {
                end(one);
            }
        }
    }

    private void end(Waiting one) {
        if (waiting.remove(one)) {
            count.decrementAndGet();
            one.arrived().complete(null);
        }
    }

    private boolean isGone(String topic, TopicId id) {
        ClusterImage now = image.get();
        TopicImage shown = now == null ? null : now.topics().get(topic);
        return shown == null || !shown.id().equals(id);
    }

    private boolean isServed(String topic, int partitionCount) {
        ClusterImage now = image.get();
        TopicImage shown = now == null ? null : now.topics().get(topic);
        if (shown == null || shown.partitionCount() < partitionCount) {
            return false;
        }
        for (int p = 0; p < shown.partitionCount(); p++) {
            PartitionState state = shown.states().get(p);
            if (state.leader() == replicas.brokerId() && !replicas.leads(topic, p, state)) {
                return false;
            }
        }
        return true;
    }
}
