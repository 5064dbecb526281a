package io.headrace.gateway.instance;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What idle instances cost. {@code -Dheadrace.instances=1000} measures as many; more than a hundred
 * are each in a group of its own, fewer are ten to a group.
 */
class ManyInstancesTest {

    private static final Logger LOG = LoggerFactory.getLogger(ManyInstancesTest.class);
    private static final int COUNT = Integer.getInteger("headrace.instances", 30);
    private static final int THREADS_PER_INSTANCE = 1;
    private static final int THREADS_SPARE = 24;
    private static final long BYTES_PER_INSTANCE = 1_000_000;

    @Test
    void anIdleInstanceCostsAThreadAndLessThanAMegabyte() throws Exception {
        try (TwoGateways gateways = TwoGateways.start();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            String topic = gateways.topic(10);
            InstanceClient first = create(gateways, -1).subscribe(topic);
            first.read("?timeout=0");
            int threadsBefore = liveThreads();
            long bytesBefore = heap();
            long begin = System.nanoTime();
            List<InstanceClient> instances = new ArrayList<>();
            for (int i = 0; i < COUNT; i++) {
                instances.add(create(gateways, i));
            }
            long createdMs = (System.nanoTime() - begin) / 1_000_000;
            begin = System.nanoTime();
            List<Future<?>> joins = new ArrayList<>();
            for (InstanceClient instance : instances) {
                joins.add(threads.submit(() -> instance.subscribe(topic).read("?timeout=0")));
            }
            for (Future<?> join : joins) {
                join.get();
            }
            long joinedMs = (System.nanoTime() - begin) / 1_000_000;
            int threadsMore = liveThreads() - threadsBefore;
            long bytesMore = heap() - bytesBefore;
            double cpu = idleCpu();
            LOG.atInfo()
                    .addKeyValue("instances", COUNT)
                    .addKeyValue("createMs", createdMs)
                    .addKeyValue("joinMs", joinedMs)
                    .addKeyValue("threads", threadsMore)
                    .addKeyValue("heapBytesEach", bytesMore / COUNT)
                    .addKeyValue("idleCpuOfOneCore", cpu)
                    .log("Idle instances");
            assertThat(threadsMore)
                    .isLessThanOrEqualTo(THREADS_PER_INSTANCE * COUNT + THREADS_SPARE);
            assertThat(bytesMore / COUNT).isLessThan(BYTES_PER_INSTANCE);
        }
    }

    private static InstanceClient create(TwoGateways gateways, int i) {
        return InstanceClient.create(
                gateways.http,
                gateways.one.url(),
                "many-" + i / (COUNT > 100 ? 1 : 10),
                InstanceClient.settings("i" + i, "binary", true));
    }

    private static int liveThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Of this process, broker and ZooKeeper included, for five seconds. */
    private static double idleCpu() {
        OperatingSystemMXBean system =
                (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpuBefore = system.getProcessCpuTime();
        long begin = System.nanoTime();
        Duration window = Duration.ofSeconds(COUNT > 100 ? 20 : 3);
        Awaitility.await()
                .atMost(window.plusSeconds(10))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> System.nanoTime() - begin > window.toNanos());
        return (double) (system.getProcessCpuTime() - cpuBefore) / (System.nanoTime() - begin);
    }
}
