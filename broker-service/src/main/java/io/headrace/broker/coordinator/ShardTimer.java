package io.headrace.broker.coordinator;

/** Runs tasks later, on any thread. */
public interface ShardTimer {

    /** A task that waits for its time. */
    interface Pending {

        /** Does nothing once the task runs. */
        void cancel();
    }

    Pending schedule(long delayMs, Runnable task);
}
