package io.headrace.broker.cluster;

import io.headrace.model.cluster.ClusterImage;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/** The real pass from image to replicas, on the caller's thread. */
public final class SimulatedConverger {

    private static final class Here extends AbstractExecutorService {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    private final int brokerId;
    private final ReplicaHost host;
    private final OwnStart start;
    private ConvergeStep.Applied applied = ConvergeStep.Applied.NOTHING;
    private boolean isReviewDue = true;

    /**
     * @param before the newest image before the broker registers
     */
    public SimulatedConverger(int brokerId, ReplicaHost host, ClusterImage before) {
        this.brokerId = brokerId;
        this.host = host;
        this.start = new OwnStart(brokerId, before);
    }

    /** Every image is looked at, whether or not a pass takes it. */
    public void look(ClusterImage image) {
        start.isAdmitted(image);
    }

    /** Of the first registration that was seen. */
    public OptionalLong firstEpoch() {
        return start.firstEpoch();
    }

    /**
     * @return whether all of it succeeded
     */
    public boolean pass(ClusterImage image, long nowMs) {
        try {
            ConvergeStep.Result result =
                    new ConvergeStep(
                                    brokerId,
                                    start.isAdmitted(image),
                                    host,
                                    new DefaultConfig(Map.of()),
                                    new Here(),
                                    () -> {})
                            .apply(image, applied, isReviewDue, nowMs);
            applied = result.applied();
            isReviewDue = !result.convergence().failures().isEmpty();
            return !isReviewDue;
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a simulation", e);
        }
    }
}
