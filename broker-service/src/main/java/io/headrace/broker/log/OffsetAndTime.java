package io.headrace.broker.log;

/**
 * A record found by time.
 *
 * @param timestamp its timestamp, milliseconds since the epoch
 * @param leaderEpoch of its batch
 */
public record OffsetAndTime(long offset, long timestamp, int leaderEpoch) {}
