package io.headrace.admin.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class AuditLogTest {

    private static final Caller CALLER = new Caller("anonymous", "127.0.0.1");

    private static AuditedChange change(String name) {
        return new AuditedChange("topic.create", "topic", name, "{}", false);
    }

    private static final AuditedResult OK = AuditedResult.refused("OK", "");

    private static AuditLog.Limits limits(int queueLength, int attempts) {
        return new AuditLog.Limits(
                queueLength,
                Duration.ofMillis(200),
                attempts,
                Duration.ofMillis(5),
                Duration.ofSeconds(2));
    }

    private static AuditLog log(AuditStore store, AuditLog.Limits limits) {
        AuditLog log = new AuditLog(store, limits, Clock.systemUTC(), "admin-a");
        log.start();
        return log;
    }

    @Test
    void anAnsweredChangeHasItsRow() {
        List<AuditRow> kept = new CopyOnWriteArrayList<>();
        try (AuditLog log = log(kept::addAll, limits(10, 3))) {
            log.append(CALLER, change("t"), OK);
            assertThat(kept).extracting(AuditRow::resourceName).containsExactly("t");
        }
    }

    @Test
    void aDatabaseThatIsAwayHoldsNothingUpAndGetsTheRowLater() {
        List<AuditRow> kept = new CopyOnWriteArrayList<>();
        var isAway = new java.util.concurrent.atomic.AtomicBoolean(true);
        AuditStore store =
                rows -> {
                    if (isAway.get()) {
                        throw new IllegalStateException("away");
                    }
                    kept.addAll(rows);
                };
        try (AuditLog log = log(store, limits(1_000, 100_000))) {
            log.append(CALLER, change("first"), OK);
            Awaitility.await().until(() -> !log.isHealthy());
            long startedAt = System.nanoTime();
            for (int i = 0; i < 500; i++) {
                log.append(CALLER, change("t" + i), OK);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - startedAt))
                    .as("500 changes wait for nothing")
                    .isLessThan(Duration.ofSeconds(2));
            isAway.set(false);
            Awaitility.await().until(() -> kept.size() == 501);
            assertThat(log.lostCount()).isZero();
            assertThat(log.failureCount()).isPositive();
        }
    }

    @Test
    void whatCannotBeKeptIsCounted() {
        AuditStore broken =
                _ -> {
                    throw new IllegalStateException("broken");
                };
        try (AuditLog log = log(broken, limits(10, 2))) {
            log.append(CALLER, change("t"), OK);
            Awaitility.await().until(() -> log.lostCount() == 1);
        }
    }

    @Test
    void aFullQueueLosesLoudlyInsteadOfBlocking() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        AuditStore stuck =
                _ -> {
                    entered.countDown();
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                };
        try (AuditLog log = log(stuck, limits(1, 1))) {
            log.append(CALLER, change("written"), OK);
            entered.await();
            log.append(CALLER, change("queued"), OK);
            log.append(CALLER, change("lost"), OK);
            assertThat(log.lostCount()).isEqualTo(1);
            release.countDown();
        }
    }
}
