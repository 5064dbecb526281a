package io.headrace.broker.replica;

import io.headrace.broker.log.FlushOutcome;
import io.headrace.broker.log.PartitionLog;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * What all partitions of a broker share.
 *
 * @param workers go on with appends that one thread has served long enough
 * @param timer one thread for all deadlines
 */
record ReplicaRuntime(
        int brokerId, Partition.Bounds bounds, ScheduledExecutorService timer, Executor workers) {

    void flush(PartitionLog log, long endOffset, Consumer<FlushOutcome> then) {
        log.whenFlushed(endOffset, then);
    }
}
