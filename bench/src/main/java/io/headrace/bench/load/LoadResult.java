package io.headrace.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What one measured window of a load run did.
 *
 * @param requests answered, right or wrong
 * @param errors wrong answers, broken and stalled connections
 * @param firstError its text; empty if there was none
 * @param serverCpuSeconds used by the server in the window
 * @param clientCpuSeconds used by the load thread in the window
 * @param latencyNs of each answer, from the first byte sent to the last received
 */
public record LoadResult(
        long requests,
        long records,
        long bodyBytes,
        long errors,
        String firstError,
        double seconds,
        double serverCpuSeconds,
        double clientCpuSeconds,
        Histogram latencyNs) {

    public double requestsPerSecond() {
        return requests / seconds;
    }

    public double recordsPerSecond() {
        return records / seconds;
    }

    public double gigabytesPerSecond() {
        return bodyBytes / seconds / 1e9;
    }

    public double p50Ms() {
        return latencyNs.getValueAtPercentile(50) / 1e6;
    }

    public double p99Ms() {
        return latencyNs.getValueAtPercentile(99) / 1e6;
    }

    public double cpuSecondsPerMillionRecords() {
        return serverCpuSeconds / records * 1e6;
    }

    public double cpuSecondsPerGiB() {
        return serverCpuSeconds / bodyBytes * (1L << 30);
    }
}
