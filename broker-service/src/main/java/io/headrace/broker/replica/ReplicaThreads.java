package io.headrace.broker.replica;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The threads that the replica room runs on besides its callers'.
 *
 * @param timer one thread, for all deadlines; drops cancelled tasks at once
 * @param workers go on with appends that one thread has served long enough
 */
public record ReplicaThreads(ScheduledExecutorService timer, Executor workers) {}
