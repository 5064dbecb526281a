package io.headrace.broker.log;

import java.nio.ByteBuffer;

/**
 * Batches that passed {@link PartitionLog#check} and may be appended. Their bytes belong to the log
 * until the append has returned: offsets, leader epoch and, where the topic asks for it, the append
 * time are written into the headers.
 */
public final class AppendRequest {

    private final ByteBuffer batches;
    private final int batchCount;
    private final long offsetCount;
    private final boolean hasProducers;

    AppendRequest(ByteBuffer batches, int batchCount, long offsetCount, boolean hasProducers) {
        this.batches = batches;
        this.batchCount = batchCount;
        this.offsetCount = offsetCount;
        this.hasProducers = hasProducers;
    }

    /** Whole batches between position and limit. */
    ByteBuffer batches() {
        return batches;
    }

    public int sizeInBytes() {
        return batches.remaining();
    }

    public int batchCount() {
        return batchCount;
    }

    /** How many offsets the batches take. */
    public long offsetCount() {
        return offsetCount;
    }

    /** Whether a batch names its producer, so that sequences have to be looked at. */
    boolean hasProducers() {
        return hasProducers;
    }
}
