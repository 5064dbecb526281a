package io.headrace.broker.log;

/**
 * The settings of one log, with Kafka's meanings; immutable, replaced as a whole by {@link
 * PartitionLog#configure}.
 *
 * @param messageBytesMax {@code max.message.bytes}: largest batch
 * @param fileDeleteDelayMs {@code file.delete.delay.ms}: how long a deleted file stays on disk as
 *     {@code .deleted}
 */
public record LogConfig(
        int messageBytesMax,
        long fileDeleteDelayMs,
        Segments segments,
        Timestamps timestamps,
        Retention retention,
        Flush flush,
        Compaction compaction) {

    /** Kafka's defaults. */
    public static final LogConfig DEFAULTS =
            new LogConfig(
                    1_048_588,
                    60_000,
                    new Segments(1 << 30, 604_800_000L, 0, 4096, 10 << 20),
                    new Timestamps(false, Long.MAX_VALUE, 3_600_000L),
                    new Retention(true, 604_800_000L, -1),
                    new Flush(Long.MAX_VALUE, Long.MAX_VALUE, false),
                    new Compaction(false, 0.5, 0, Long.MAX_VALUE, 86_400_000L));

    /**
     * When a new segment begins and how densely it is indexed.
     *
     * @param bytesMax {@code segment.bytes}
     * @param ageMsMax {@code segment.ms}
     * @param jitterMs {@code segment.jitter.ms}
     * @param indexIntervalBytes {@code index.interval.bytes}
     * @param indexBytesMax {@code segment.index.bytes}
     */
    public record Segments(
            int bytesMax, long ageMsMax, long jitterMs, int indexIntervalBytes, int indexBytesMax) {

        public Segments {
            require(bytesMax > 0, "segment.bytes must be positive");
            require(indexIntervalBytes >= 0, "index.interval.bytes must not be negative");
            require(indexBytesMax >= 12, "segment.index.bytes must hold an entry");
        }
    }

    /**
     * Whose clock stamps records, and which times producers may send.
     *
     * @param logAppendTime {@code message.timestamp.type} is {@code LogAppendTime}
     * @param beforeMaxMs {@code message.timestamp.before.max.ms}
     * @param afterMaxMs {@code message.timestamp.after.max.ms}
     */
    public record Timestamps(boolean logAppendTime, long beforeMaxMs, long afterMaxMs) {}

    /**
     * What may be deleted when it is old or too much.
     *
     * @param delete {@code cleanup.policy} contains {@code delete}
     * @param ageMsMax {@code retention.ms}, -1 for no limit
     * @param bytesMax {@code retention.bytes}, -1 for no limit
     */
    public record Retention(boolean delete, long ageMsMax, long bytesMax) {}

    /**
     * When bytes are forced to the device.
     *
     * @param messages {@code flush.messages}
     * @param intervalMs {@code flush.ms}
     * @param onAck {@code flush.on.ack}: an append is acknowledged after the fsync
     */
    public record Flush(long messages, long intervalMs, boolean onAck) {}

    /**
     * When and how keys are compacted.
     *
     * @param compact {@code cleanup.policy} contains {@code compact}
     * @param dirtyRatioMin {@code min.cleanable.dirty.ratio}
     * @param lagMsMin {@code min.compaction.lag.ms}
     * @param lagMsMax {@code max.compaction.lag.ms}
     * @param deleteRetentionMs {@code delete.retention.ms}: how long tombstones stay
     */
    public record Compaction(
            boolean compact,
            double dirtyRatioMin,
            long lagMsMin,
            long lagMsMax,
            long deleteRetentionMs) {}

    public LogConfig withSegments(Segments segments) {
        return new LogConfig(
                messageBytesMax,
                fileDeleteDelayMs,
                segments,
                timestamps,
                retention,
                flush,
                compaction);
    }

    public LogConfig withTimestamps(Timestamps timestamps) {
        return new LogConfig(
                messageBytesMax,
                fileDeleteDelayMs,
                segments,
                timestamps,
                retention,
                flush,
                compaction);
    }

    public LogConfig withRetention(Retention retention) {
        return new LogConfig(
                messageBytesMax,
                fileDeleteDelayMs,
                segments,
                timestamps,
                retention,
                flush,
                compaction);
    }

    public LogConfig withFlush(Flush flush) {
        return new LogConfig(
                messageBytesMax,
                fileDeleteDelayMs,
                segments,
                timestamps,
                retention,
                flush,
                compaction);
    }

    public LogConfig withCompaction(Compaction compaction) {
        return new LogConfig(
                messageBytesMax,
                fileDeleteDelayMs,
                segments,
                timestamps,
                retention,
                flush,
                compaction);
    }

    private static void require(boolean claim, String otherwise) {
        if (!claim) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
