package io.headrace.gateway.instance;

import io.headrace.gateway.consume.ValueFormat;

/**
 * What an instance was created with.
 *
 * @param autoOffsetReset earliest, latest or none, for partitions without a committed offset
 * @param fetchMinBytes a read waits for so many bytes; -1 for the whole timeout
 * @param timeoutMs of a read that does not say
 * @param isolationLevel read_committed or read_uncommitted
 */
record InstanceSettings(
        ValueFormat format,
        String autoOffsetReset,
        boolean isAutoCommitting,
        int fetchMinBytes,
        long timeoutMs,
        String isolationLevel) {}
