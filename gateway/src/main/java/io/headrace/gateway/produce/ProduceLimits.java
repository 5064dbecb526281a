package io.headrace.gateway.produce;

import io.headrace.model.record.Compression;

/**
 * What one produce request may ask for.
 *
 * @param bodyBytesMax largest body
 * @param recordCountMax most records in one request
 * @param acks when the request does not say: -1 for all in-sync replicas, 1 or 0
 * @param codec of the batches that are made
 */
public record ProduceLimits(long bodyBytesMax, int recordCountMax, int acks, Compression codec) {}
