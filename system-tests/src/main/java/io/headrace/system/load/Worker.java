package io.headrace.system.load;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** One client with its thread; a failure that it does not expect is a verdict. */
abstract class Worker {

    private final String name;
    private final Thread thread;
    private volatile boolean stopping;

    Worker(String name, Journal journal) {
        this.name = name;
        this.thread =
                Thread.ofPlatform()
                        .daemon()
                        .name(name)
                        .unstarted(
                                () -> {
                                    try {
                                        work();
                                    } catch (RuntimeException | Error e) {
                                        journal.verdict("C22", name + " ended: " + e);
                                    }
                                });
    }

    /** Until {@link #isStopping}. */
    abstract void work();

    final void start() {
        thread.start();
    }

    final boolean isStopping() {
        return stopping;
    }

    final void stop() {
        stopping = true;
    }

    /** Answers whether it ended. */
    final boolean join(Duration bound) throws InterruptedException {
        return thread.join(bound);
    }

    final String name() {
        return name;
    }

    static void pause(long ms) {
        LockSupport.parkNanos(Duration.ofMillis(ms).toNanos());
    }
}
