package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChanges;
import io.headrace.broker.log.FlushOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all partitions of a broker share.
 *
 * @param threads timer for deadlines, workers for appends that one thread has served long enough
 * @param image the newest image; null before the first
 */
record ReplicaRuntime(
        int brokerId,
        Partition.Bounds bounds,
        ReplicaThreads threads,
        InSyncRules rules,
        Supplier<@Nullable ClusterImage> image,
        Relief relief,
        IsrCounts counts,
        RepeatedBatches repeated) {

    ScheduledExecutorService timer() {
        return threads.timer();
    }

    Executor workers() {
        return threads.workers();
    }

    void flush(PartitionLog log, long endOffset, Consumer<FlushOutcome> then) {
        log.whenFlushed(endOffset, then);
    }

    long nanoTime() {
        return rules.nanoTime().getAsLong();
    }

    long lagNanosMax() {
        return rules.lagMax().toNanos();
    }

    IsrChanges isrChanges() {
        return rules.changes();
    }

    /** Whether a broker with this epoch may come into an ISR, as far as this broker knows. */
    boolean mayJoin(int id, long brokerEpoch) {
        ClusterImage now = image.get();
        BrokerRegistration broker = now == null ? null : now.brokers().get(id);
        return now != null
                && broker != null
                && broker.epoch() == brokerEpoch
                && !broker.isStopping()
                && now.admission().isAdmitted(id, brokerEpoch);
    }

    /** Whether its registration ended, as far as this broker knows. */
    boolean isGone(int id) {
        ClusterImage now = image.get();
        return now != null && !now.brokers().containsKey(id);
    }

    boolean isAlive(int id) {
        ClusterImage now = image.get();
        return now != null && now.brokers().containsKey(id);
    }
}
