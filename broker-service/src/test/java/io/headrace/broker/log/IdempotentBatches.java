package io.headrace.broker.log;

import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Batches that name their producer. */
final class IdempotentBatches {

    private IdempotentBatches() {}

    /** One record for each value; key and value are the same. */
    static ByteBuffer batch(
            long producerId, int epoch, int sequence, long timestampMs, String... values) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 256);
        builder.producer(producerId, (short) epoch, sequence, false);
        for (String value : values) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            builder.append(timestampMs, bytes, bytes, List.of());
        }
        ByteBuffer built = builder.build();
        return ByteBuffer.allocate(built.remaining()).put(built).flip();
    }

    /** As {@link #batch}, of so many records with values that tell their place. */
    static ByteBuffer records(long producerId, int epoch, int sequence, int count) {
        String[] values = new String[count];
        for (int i = 0; i < count; i++) {
            values[i] = producerId + "/" + epoch + "/" + (sequence + i);
        }
        return batch(producerId, epoch, sequence, 1000L + sequence, values);
    }
}
