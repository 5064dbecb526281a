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

    AppendRequest(ByteBuffer batches, int batchCount, long offsetCount) {
        this.batches = batches;
        this.batchCount = batchCount;
        this.offsetCount = offsetCount;
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
}
