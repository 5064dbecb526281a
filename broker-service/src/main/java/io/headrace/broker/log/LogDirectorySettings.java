package io.headrace.broker.log;

import java.nio.file.Path;

/**
 * How a log directory is run.
 *
 * @param reserveBytes free bytes below which appends are refused
 * @param recoveryThreads logs that are opened at the same time
 * @param flushThreads fsyncs that run at the same time
 */
public record LogDirectorySettings(
        Path path,
        String clusterId,
        int nodeId,
        long reserveBytes,
        int recoveryThreads,
        int flushThreads,
        long flushCheckMs,
        long highWatermarkCheckpointMs,
        long recoveryPointCheckpointMs,
        long retentionCheckMs,
        long fileDeleteCheckMs,
        Producers producers) {

    /**
     * When idempotent producers are forgotten.
     *
     * @param expirationMs {@code producer.id.expiration.ms}, after the last write
     * @param checkMs {@code producer.id.expiration.check.interval.ms}
     * @param countMax how many one log remembers; above, who wrote longest ago goes
     */
    public record Producers(long expirationMs, long checkMs, int countMax) {

        /** Kafka's: a day, every ten minutes; Kafka has no bound, 10,000 take about 3 MB. */
        public static final Producers DEFAULTS = new Producers(86_400_000, 600_000, 10_000);
    }

    /** Kafka's intervals, a reserve of 256 MiB. */
    public static LogDirectorySettings of(Path path, String clusterId, int nodeId) {
        return new LogDirectorySettings(
                path,
                clusterId,
                nodeId,
                256L << 20,
                4,
                8,
                100,
                5_000,
                60_000,
                300_000,
                10_000,
                Producers.DEFAULTS);
    }

    public LogDirectorySettings withReserveBytes(long bytes) {
        return new LogDirectorySettings(
                path,
                clusterId,
                nodeId,
                bytes,
                recoveryThreads,
                flushThreads,
                flushCheckMs,
                highWatermarkCheckpointMs,
                recoveryPointCheckpointMs,
                retentionCheckMs,
                fileDeleteCheckMs,
                producers);
    }

    public LogDirectorySettings withRetentionCheckMs(long intervalMs) {
        return new LogDirectorySettings(
                path,
                clusterId,
                nodeId,
                reserveBytes,
                recoveryThreads,
                flushThreads,
                flushCheckMs,
                highWatermarkCheckpointMs,
                recoveryPointCheckpointMs,
                intervalMs,
                fileDeleteCheckMs,
                producers);
    }
}
