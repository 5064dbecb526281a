package io.headrace.broker.log;

import io.headrace.broker.log.ReadOutcome.Found;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Batches for tests, and what a log gives back. */
final class TestBatches {

    record Written(long timestampMs, String value) {}

    record Stored(long offset, long timestampMs, String value) {}

    private TestBatches() {}

    static ByteBuffer batch(List<Written> records) {
        return batch(Compression.NONE, records);
    }

    static ByteBuffer batch(Compression codec, List<Written> records) {
        RecordBatchBuilder builder = new RecordBatchBuilder(codec, 256);
        for (Written written : records) {
            byte[] value = written.value().getBytes(StandardCharsets.UTF_8);
            builder.append(written.timestampMs(), value, value, List.of());
        }
        ByteBuffer built = builder.build();
        ByteBuffer copy = ByteBuffer.allocate(built.remaining());
        return copy.put(built).flip();
    }

    /** One record of the timestamp with the value. */
    static ByteBuffer one(long timestampMs, String value) {
        return batch(List.of(new Written(timestampMs, value)));
    }

    static ByteBuffer joined(List<ByteBuffer> batches) {
        int size = batches.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer all = ByteBuffer.allocate(size);
        batches.forEach(batch -> all.put(batch.duplicate()));
        return all.flip();
    }

    /** The values of the records of one batch. */
    static List<String> values(ByteBuffer batch) {
        RecordReader reader = new RecordReader(1 << 20);
        reader.wrap(batch, batch.position(), batch.limit(), 0);
        List<String> values = new ArrayList<>();
        while (reader.next()) {
            byte[] value = reader.value();
            values.add(value == null ? "" : new String(value, StandardCharsets.UTF_8));
        }
        return values;
    }

    /** Everything that is readable from the offset on, slice by slice. */
    static List<Stored> readAll(PartitionLog log, long from, int bytesMax) throws IOException {
        List<Stored> records = new ArrayList<>();
        long next = from;
        while (log.read(next, bytesMax, Long.MAX_VALUE, true) instanceof Found(LogSlice slice)) {
            try (slice) {
                records.addAll(records(slice, next));
                if (slice.endOffset() <= next) {
                    throw new AssertionError(
                            "a slice from " + next + " ends at " + slice.endOffset());
                }
                next = slice.endOffset();
            }
        }
        return records;
    }

    static List<Stored> records(LogSlice slice, long from) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(slice.length());
        slice.read(bytes, 0);
        bytes.flip();
        RecordReader reader = new RecordReader(1 << 20);
        reader.wrap(bytes, 0, bytes.limit(), from);
        List<Stored> records = new ArrayList<>();
        while (reader.next()) {
            byte[] value = reader.value();
            records.add(
                    new Stored(
                            reader.offset(),
                            reader.timestampMs(),
                            value == null ? "" : new String(value, StandardCharsets.UTF_8)));
        }
        if (reader.bytesMissing() > 0) {
            throw new AssertionError("a slice ends inside a batch");
        }
        return records;
    }
}
