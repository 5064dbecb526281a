package io.headrace.gateway.produce;

import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of one request for one partition, as batches no larger than the topic takes. */
final class PartitionBatches {

    private final Compression codec;
    private final int batchBytesMax;
    private final int capacity;
    private final List<ByteBuffer> full = new ArrayList<>(1);
    private @Nullable RecordBatchBuilder open;
    private int recordCount;

    PartitionBatches(Compression codec, int batchBytesMax, int capacity) {
        this.codec = codec;
        this.batchBytesMax = batchBytesMax;
        this.capacity = Math.min(capacity, batchBytesMax);
    }

    /**
     * @return whether the record was added; false if it is too large for any batch
     */
    boolean add(
            long timestampMs, @Nullable ByteBuffer key, @Nullable ByteBuffer value, Draft draft) {
        int recordBytesMax =
                RecordBatchBuilder.recordSizeMax(draft.keyLength, draft.valueLength, draft.headers);
        RecordBatchBuilder builder = open;
        if (builder != null && (long) builder.sizeInBytes() + recordBytesMax > batchBytesMax) {
            full.add(builder.build());
            builder = null;
        }
        if (builder == null) {
            builder = new RecordBatchBuilder(codec, capacity);
        }
        if ((long) builder.sizeInBytes() + recordBytesMax > 2L * batchBytesMax) {
            open = null;
            return false;
        }
        builder.append(timestampMs, key, value, draft.headers);
        if (builder.sizeInBytes() > batchBytesMax) {
            open = null;
            return false;
        }
        open = builder;
        recordCount++;
        return true;
    }

    int recordCount() {
        return recordCount;
    }

    /** The finished batches; nothing can be added afterwards. */
    ByteBuffer[] finish() {
        if (open != null) {
            full.add(open.build());
            open = null;
        }
        return full.toArray(ByteBuffer[]::new);
    }
}
