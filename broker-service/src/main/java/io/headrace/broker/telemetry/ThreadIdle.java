package io.headrace.broker.telemetry;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which share of their time the threads of one sort have not run, since it was asked last; from
 * their CPU time. Any thread.
 */
final class ThreadIdle {

    /** Who asks sooner is told what the one before was told. */
    private static final long SHORTEST_NS = TimeUnit.SECONDS.toNanos(1);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final String prefix;
    private final LongSupplier nanoTime;
    private Map<Long, Long> cpuBefore;
    private long askedNs;
    private double last = 1;

    /**
     * @param prefix with which the names of the threads begin
     */
    ThreadIdle(String prefix, LongSupplier nanoTime) {
        this.prefix = prefix;
        this.nanoTime = nanoTime;
        this.cpuBefore = cpuTimes();
        this.askedNs = nanoTime.getAsLong();
    }

    /** From 0, all of them run all the time, to 1. */
    synchronized double share() {
        long nowNs = nanoTime.getAsLong();
        long passed = nowNs - askedNs;
        if (passed < SHORTEST_NS) {
            return last;
        }
        Map<Long, Long> cpu = cpuTimes();
        long ran = 0;
        for (Map.Entry<Long, Long> each : cpu.entrySet()) {
            ran += each.getValue() - cpuBefore.getOrDefault(each.getKey(), 0L);
        }
        last = cpu.isEmpty() ? 1 : Math.clamp(1 - (double) ran / (passed * cpu.size()), 0, 1);
        cpuBefore = cpu;
        askedNs = nowNs;
        return last;
    }

    private Map<Long, Long> cpuTimes() {
        Map<Long, Long> times = new HashMap<>();
        Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(each -> each.getThreadName().startsWith(prefix))
                .mapToLong(ThreadInfo::getThreadId)
                .forEach(id -> times.put(id, Math.max(0, threads.getThreadCpuTime(id))));
        return times;
    }
}
