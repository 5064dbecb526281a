package io.headrace.bench.log;

import java.lang.management.ManagementFactory;

/** Wall time and CPU time of the current thread, from one moment to another. */
record Stopwatch(long startNs, long startCpuNs) {

    static Stopwatch start() {
        return new Stopwatch(System.nanoTime(), threadCpuNs());
    }

    Speed stop(long bytes) {
        double wallNs = System.nanoTime() - startNs;
        double cpuNs = threadCpuNs() - startCpuNs;
        return new Speed(bytes / wallNs, bytes / cpuNs);
    }

    double cpuNs() {
        return threadCpuNs() - startCpuNs;
    }

    private static long threadCpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
