package io.headrace.broker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a log directory: one that checks what is due, some that flush. Tests leave them
 * out and call the same methods directly.
 */
final class LogSchedule implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogSchedule.class);

    private interface Task {
        void run() throws IOException;
    }

    private final DirectoryHealth health;
    private final FlushQueue flushQueue;
    private final ScheduledThreadPoolExecutor timer;
    private final List<Thread> flushers = new ArrayList<>();

    LogSchedule(LogDirectory directory, DirectoryHealth health, FlushQueue flushQueue) {
        this.health = health;
        this.flushQueue = flushQueue;
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("log-schedule").factory());
        LogDirectorySettings settings = directory.settings();
        every(settings.flushCheckMs(), "flush check", directory::flushDue);
        every(settings.highWatermarkCheckpointMs(), "checkpoint", directory::saveHighWatermarks);
        every(settings.recoveryPointCheckpointMs(), "checkpoint", directory::saveCheckpoints);
        every(settings.retentionCheckMs(), "retention", directory::retainAll);
        every(settings.producers().checkMs(), "expiry", directory::expireProducers);
        every(settings.fileDeleteCheckMs(), "deletion", directory::deleteDueFiles);
        for (int i = 0; i < settings.flushThreads(); i++) {
            flushers.add(
                    Thread.ofPlatform().daemon().name("log-flush-" + i).start(flushQueue::work));
        }
    }

    private void every(long intervalMs, String what, Task task) {
        var _ =
                timer.scheduleWithFixedDelay(
                        () -> run(what, task), intervalMs, intervalMs, TimeUnit.MILLISECONDS);
    }

    private void run(String what, Task task) {
        if (health.isOffline()) {
            return;
        }
        try {
            task.run();
        } catch (io.headrace.broker.disk.DiskFullException e) {
            LOG.atWarn().setCause(e).log("No space for the scheduled {}; tried again later", what);
        } catch (IOException e) {
            health.fail("the scheduled " + what, e);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("The scheduled {} failed; tried again later", what);
        }
    }

    /** Ends the threads after the flushes that are queued. */
    @Override
    public void close() {
        timer.shutdownNow();
        flushQueue.stop();
        try {
            for (Thread flusher : flushers) {
                flusher.join(TimeUnit.SECONDS.toMillis(30));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
