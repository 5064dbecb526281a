package io.headrace.broker.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ThreadIdleTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long RUNS = SECOND / 2;

    @Test
    void theShareIsWhatIsLeftOfTheTimeOfAllThreadsOfThatName() throws Exception {
        AtomicLong now = new AtomicLong();
        CountDownLatch didRun = new CountDownLatch(2);
        CountDownLatch end = new CountDownLatch(1);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        ThreadIdle idle = new ThreadIdle("idle-test-", now::get);
        assertThat(idle.share()).isOne();
        Runnable rests =
                () -> {
                    didRun.countDown();
                    awaitQuietly(end);
                };
        Runnable runs =
                () -> {
                    while (threads.getCurrentThreadCpuTime() < RUNS) {
                        Thread.onSpinWait();
                    }
                    rests.run();
                };
        Thread one = Thread.ofPlatform().name("idle-test-1").start(runs);
        Thread other = Thread.ofPlatform().name("idle-test-2").start(rests);
        assertThat(didRun.await(60, TimeUnit.SECONDS)).isTrue();

        now.set(SECOND);
        assertThat(idle.share()).as("half a second of two").isCloseTo(0.75, within(0.1));
        now.set(2 * SECOND - 1);
        assertThat(idle.share()).as("asked again too soon").isCloseTo(0.75, within(0.1));
        now.set(3 * SECOND);
        assertThat(idle.share()).as("nobody ran").isCloseTo(1, within(0.01));

        end.countDown();
        one.join();
        other.join();
        now.set(5 * SECOND);
        assertThat(idle.share()).as("nobody is there").isOne();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
