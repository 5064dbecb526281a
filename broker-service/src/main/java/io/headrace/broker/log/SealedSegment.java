package io.headrace.broker.log;

/**
 * A segment that takes no more records.
 *
 * @param nextOffset base offset of the segment behind it
 * @param firstTimestampMs of its first batch; -1 where {@code max.compaction.lag.ms} does not ask
 * @param largestTimestampMs -1 when no record has a timestamp
 */
public record SealedSegment(
        long baseOffset,
        long nextOffset,
        int sizeInBytes,
        long firstTimestampMs,
        long largestTimestampMs) {}
