package io.headrace.bench.log;

import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Batches as they come from a producer, in direct buffers as they come from a socket. */
public final class Batches {

    static final int RECORD_BYTES = 1024;
    static final long FIRST_TIMESTAMP_MS = 1_700_000_000_000L;

    private Batches() {}

    /** One batch of records of 1 KiB, as many as fit into the size. */
    public static ByteBuffer ofSize(int sizeInBytes) {
        return ofCount(Math.max(1, (sizeInBytes - RecordBatch.HEADER_SIZE) / (RECORD_BYTES + 9)));
    }

    static ByteBuffer ofCount(int records) {
        RecordBatchBuilder builder =
                new RecordBatchBuilder(Compression.NONE, records * (RECORD_BYTES + 32) + 64);
        Random random = new Random(11);
        byte[] value = new byte[RECORD_BYTES];
        for (int i = 0; i < records; i++) {
            random.nextBytes(value);
            builder.append(FIRST_TIMESTAMP_MS + i, (byte[]) null, value, List.of());
        }
        ByteBuffer built = builder.build();
        return ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }

    /** Moves the times of the batch's records on, so that a log can be searched by time. */
    static void stampTimes(ByteBuffer batch, long baseTimestampMs) {
        long maxDelta = RecordBatch.lastOffsetDelta(batch, 0);
        batch.putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestampMs);
        RecordBatch.stampMaxTimestamp(batch, 0, baseTimestampMs + maxDelta);
    }
}
