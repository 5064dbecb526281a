package io.headrace.admin.kafka;

/**
 * A committed offset.
 *
 * @param offset the next record to read
 * @param metadata what the committer wrote beside it; mostly empty
 */
public record Committed(long offset, String metadata) {}
