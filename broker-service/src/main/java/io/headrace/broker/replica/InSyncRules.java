package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChanges;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How leaders keep their in-sync replicas.
 *
 * @param lagMax after which a follower that is not caught up leaves the ISR
 * @param nanoTime a clock that only goes forward
 * @param changes takes what the ISR is to become
 */
public record InSyncRules(Duration lagMax, LongSupplier nanoTime, IsrChanges changes) {}
