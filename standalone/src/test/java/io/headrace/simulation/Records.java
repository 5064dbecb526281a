package io.headrace.simulation;

import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Records of a simulation: each has a value of its own. */
final class Records {

    /**
     * @param key its bytes, one a character; empty where there is none
     * @param value likewise; null for a tombstone
     */
    record Rec(long offset, int leaderEpoch, String key, String value) {}

    private Records() {}

    static byte[] batch(long producerId, int sequence, List<String> values, long nowMs) {
        RecordBatchBuilder batch = new RecordBatchBuilder(Compression.NONE, 4096);
        batch.producer(producerId, (short) 0, sequence, false);
        for (String value : values) {
            batch.append(nowMs, (byte[]) null, value.getBytes(StandardCharsets.UTF_8), List.of());
        }
        ByteBuffer built = batch.build();
        byte[] bytes = new byte[built.remaining()];
        built.get(bytes);
        return bytes;
    }

    static ByteBuffer bytes(LogSlice slice) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(slice.length());
        while (bytes.hasRemaining()) {
            if (slice.read(bytes, bytes.position()) <= 0) {
                throw new IOException("a slice ended early");
            }
        }
        return bytes.flip();
    }

    /** What a consumer takes of an answer: it checks every batch, and ends at the first bad one. */
    static List<Rec> taken(ByteBuffer batches, long from) {
        int sound = batches.position();
        while (sound < batches.limit()
                && BatchCheck.framing(batches, sound, batches.limit())
                        instanceof BatchCheck.Sound) {
            sound += RecordBatch.sizeInBytes(batches, sound);
        }
        return in(batches.duplicate().limit(sound), from, Long.MAX_VALUE);
    }

    static List<Rec> in(ByteBuffer batches, long from, long to) {
        List<Rec> all = new ArrayList<>();
        RecordReader reader = new RecordReader(1 << 20);
        reader.wrap(batches, batches.position(), batches.limit(), from);
        while (reader.next()) {
            if (reader.offset() < to) {
                all.add(
                        new Rec(
                                reader.offset(),
                                RecordBatch.leaderEpoch(batches, reader.batchPosition()),
                                text(reader.bytes(), reader.keyAt(), reader.keyLength(), ""),
                                text(
                                        reader.bytes(),
                                        reader.valueAt(),
                                        reader.valueLength(),
                                        null)));
            }
        }
        return all;
    }

    private static String text(ByteBuffer bytes, int at, int length, String none) {
        if (length < 0) {
            return none;
        }
        byte[] copy = new byte[length];
        bytes.get(at, copy);
        return new String(copy, StandardCharsets.ISO_8859_1);
    }

    /** All records of the range, which the log has. */
    static List<Rec> of(PartitionLog log, long from, long to) throws IOException {
        List<Rec> all = new ArrayList<>();
        for (long at = from; at < to; ) {
            if (!(log.read(at, 1 << 20, to, true) instanceof ReadOutcome.Found(LogSlice slice))) {
                break;
            }
            try (slice) {
                all.addAll(in(bytes(slice), at, to));
                at = Math.max(at + 1, slice.endOffset());
            }
        }
        return all;
    }
}
