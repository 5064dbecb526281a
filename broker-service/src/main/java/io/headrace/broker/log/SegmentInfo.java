package io.headrace.broker.log;

/**
 * What a segment holds, for tools.
 *
 * @param nextOffset above its last offset; the base offset when empty
 * @param maxTimestamp of its records, -1 when unknown or empty
 */
public record SegmentInfo(long baseOffset, long nextOffset, long sizeInBytes, long maxTimestamp) {}
