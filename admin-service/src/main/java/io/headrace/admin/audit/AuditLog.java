package io.headrace.admin.audit;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes audit rows and has them written, without ever holding a change up for long.
 *
 * <p>{@link #append} returns when the row is in the database, or after {@link Limits#waitMax};
 * while the last write failed it does not wait at all. The rows of one queue are written in order.
 *
 * <p>Bounds: {@link Limits#queueLength} rows wait; each is tried {@link Limits#attempts} times. A
 * row that is given up is written to the server log in full and counted.
 */
public final class AuditLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int BATCH_COUNT_MAX = 100;

    private final AuditStore store;
    private final Limits limits;
    private final Clock clock;
    private final String adminId;
    private final BlockingQueue<Waiting> queue;
    private final AtomicLong lostCount = new AtomicLong();
    private final AtomicLong failureCount = new AtomicLong();
    private final Thread thread;
    private volatile boolean isHealthy = true;
    private volatile boolean isClosing;

    /**
     * @param queueLength rows that may wait
     * @param waitMax how long a change waits for its row
     * @param attempts per row
     * @param pause between attempts
     * @param closeWait how long a stop may take to write what waits
     */
    public record Limits(
            int queueLength, Duration waitMax, int attempts, Duration pause, Duration closeWait) {}

    private record Waiting(AuditRow row, CompletableFuture<Boolean> isWritten) {}

    public AuditLog(AuditStore store, Limits limits, Clock clock, String adminId) {
        this.store = store;
        this.limits = limits;
        this.clock = clock;
        this.adminId = adminId;
        this.queue = new ArrayBlockingQueue<>(limits.queueLength());
        this.thread = Thread.ofPlatform().daemon().name("audit-writer").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Never throws and never blocks for longer than {@link Limits#waitMax}. */
    public void append(Caller caller, AuditedChange change, AuditedResult result) {
        AuditRow row = new AuditRow(clock.millis(), caller, change, result, adminId);
        Waiting waiting = new Waiting(row, new CompletableFuture<>());
        if (isClosing || !queue.offer(waiting)) {
            lose(row, "the queue is full");
            return;
        }
        if (!isHealthy) {
            return;
        }
        try {
            waiting.isWritten().get(limits.waitMax().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn()
                    .addKeyValue("action", row.action())
                    .log("The audit row of a change is not written yet; it stays in the queue");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the audit writer completes rows normally only", e);
        }
    }

    /** Rows that were given up. */
    public long lostCount() {
        return lostCount.get();
    }

    /** Writes that failed, whether or not a later attempt succeeded. */
    public long failureCount() {
        return failureCount.get();
    }

    public int queueLength() {
        return queue.size();
    }

    /** Whether the last write succeeded. */
    public boolean isHealthy() {
        return isHealthy;
    }

    @Override
    public void close() {
        isClosing = true;
        try {
            thread.join(limits.closeWait());
            thread.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<Waiting> left = new ArrayList<>();
        queue.drainTo(left);
        left.forEach(waiting -> lose(waiting.row(), "the process stops"));
    }

    private void run() {
        List<Waiting> batch = new ArrayList<>();
        try {
            while (!isClosing || !queue.isEmpty()) {
                Waiting first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                batch.add(first);
                queue.drainTo(batch, BATCH_COUNT_MAX - 1);
                write(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            batch.forEach(waiting -> lose(waiting.row(), "the process stops"));
        }
    }

    private void write(List<Waiting> batch) throws InterruptedException {
        for (int attempt = 1; attempt <= limits.attempts(); attempt++) {
            try {
                store.add(batch.stream().map(Waiting::row).toList());
                isHealthy = true;
                batch.forEach(waiting -> waiting.isWritten().complete(true));
                return;
            } catch (RuntimeException e) {
                isHealthy = false;
                failureCount.incrementAndGet();
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("attempt", attempt)
                        .log("Audit rows could not be written");
                if (attempt < limits.attempts()) {
                    Thread.sleep(limits.pause());
                }
            }
        }
        for (Waiting waiting : batch) {
            lose(waiting.row(), "the database refused it " + limits.attempts() + " times");
            waiting.isWritten().complete(false);
        }
    }

    private void lose(AuditRow row, String why) {
        lostCount.incrementAndGet();
        LOG.atError().log("An audit row is not in the database, because {}: {}", why, row);
    }
}
