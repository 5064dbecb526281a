package io.headrace.gateway.route;

/**
 * The answer to a look-up.
 *
 * @param offset of the first record at or after the time that was asked for
 * @param timestampMs of that record; -1 if there is none
 */
public record FoundOffset(long offset, long timestampMs) {}
