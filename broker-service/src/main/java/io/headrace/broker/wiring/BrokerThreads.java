package io.headrace.broker.wiring;

import io.headrace.broker.replica.ReplicaThreads;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The broker's own threads, all named: one timer, some workers for cold reads and lookups, one for
 * appends that are handed on and for bad news from storage, some for coordinators.
 *
 * <p>Bounds: the workers' queue; when it is full they refuse.
 */
final class BrokerThreads implements AutoCloseable {

    /** With which the names of workers begin. */
    static final String READERS = "broker-read-";

    private static final long IDLE_S = 30;
    private static final int HANDED_ON_MAX = 100_000;

    /** A shard waits for a thread at most once, so this bounds the shards that wait. */
    private static final int SHARDS_MAX = 10_000;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor readers;
    private final ThreadPoolExecutor handedOn;
    private final ThreadPoolExecutor coordinators;

    BrokerThreads(int readerCount, int readersQueueMax, int coordinatorCount) {
        timer = new ScheduledThreadPoolExecutor(1, named("broker-timer"));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        readers = pool(readerCount, readersQueueMax, READERS);
        handedOn = pool(1, HANDED_ON_MAX, "broker-append-");
        coordinators = pool(coordinatorCount, SHARDS_MAX, "broker-coordinator-");
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    ExecutorService readers() {
        return readers;
    }

    ExecutorService handedOn() {
        return handedOn;
    }

    ExecutorService coordinators() {
        return coordinators;
    }

    ReplicaThreads forReplicas() {
        return new ReplicaThreads(timer, handedOn);
    }

    @Override
    public void close() {
        timer.shutdown();
        readers.shutdown();
        handedOn.shutdown();
        coordinators.shutdown();
    }

    private static ThreadPoolExecutor pool(int count, int queueMax, String name) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        count,
                        count,
                        IDLE_S,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queueMax),
                        Thread.ofPlatform().daemon().name(name, 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory named(String name) {
        return Thread.ofPlatform().daemon().name(name).factory();
    }
}
