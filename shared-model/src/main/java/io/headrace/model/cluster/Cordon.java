package io.headrace.model.cluster;

/**
 * A broker that gets no new replicas.
 *
 * @param sinceMs when it was cordoned, milliseconds since the epoch
 * @param isDraining whether the controller moves its replicas away, too
 */
public record Cordon(long sinceMs, boolean isDraining) {}
