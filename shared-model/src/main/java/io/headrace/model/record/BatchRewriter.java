package io.headrace.model.record;

import java.nio.ByteBuffer;

/**
 * Copies a batch without some of its records, as compaction does.
 *
 * <p>What identifies the batch stays: base offset, last offset delta, leader epoch, producer, codec
 * and flags; kept records keep their offsets and timestamps. Max timestamp, count and checksum
 * follow what is left. A batch in which tombstones are left and that has no delete horizon yet gets
 * one: the base timestamp field holds it from then on, and timestamp deltas are relative to it
 * (KIP-534).
 *
 * <p>Owner: one thread; buffers are kept and reused. Errors: {@link CorruptBatchException}, and
 * nothing is written.
 */
public final class BatchRewriter {

    /** Says of the record that the reader stands on whether it stays. */
    @FunctionalInterface
    public interface Retention {
        boolean keeps(RecordReader record);
    }

    private final RecordReader reader;
    private final GrowingBytes kept = new GrowingBytes(1 << 16);
    private final GrowingBytes moved = new GrowingBytes(1 << 10);
    private final GrowingBytes result = new GrowingBytes(1 << 16);
    private int keptCount;
    private int droppedCount;
    private boolean hasTombstones;
    private long maxTimestampMs;

    public BatchRewriter(int decompressedBytesMax) {
        this.reader = new RecordReader(decompressedBytesMax).withControlBatches();
    }

    /**
     * Decides about every record of the batch at the position; {@link #keptCount} tells how many
     * are left. {@link #write} or {@link #writeEmpty} then gives the new batch.
     */
    public void filter(ByteBuffer source, int position, Retention retention) {
        kept.clear();
        kept.ensureRoom(RecordBatch.HEADER_SIZE);
        kept.advance(RecordBatch.HEADER_SIZE);
        keptCount = 0;
        droppedCount = 0;
        hasTombstones = false;
        maxTimestampMs = RecordBatch.NO_TIMESTAMP;
        reader.wrap(source, position, position + RecordBatch.sizeInBytes(source, position));
        while (reader.next()) {
            if (!retention.keeps(reader)) {
                droppedCount++;
                continue;
            }
            keptCount++;
            hasTombstones |= reader.valueLength() < 0;
            maxTimestampMs = Math.max(maxTimestampMs, reader.timestampMs());
            copy(reader.recordAt(), reader.recordEnd() - reader.recordAt(), kept);
        }
    }

    public int keptCount() {
        return keptCount;
    }

    public int droppedCount() {
        return droppedCount;
    }

    /** Whether a kept record has a null value. */
    public boolean hasTombstones() {
        return hasTombstones;
    }

    /**
     * The filtered batch; the buffer is valid until the next call. Without any change the bytes
     * equal the source's.
     *
     * @param deleteHorizonMs when tombstones may go, for a batch that has some and no horizon yet
     */
    public ByteBuffer write(ByteBuffer source, int position, long deleteHorizonMs) {
        boolean isStamped = hasTombstones && !RecordBatch.hasDeleteHorizon(source, position);
        if (droppedCount == 0 && !isStamped) {
            return source.slice(position, RecordBatch.sizeInBytes(source, position));
        }
        if (isStamped) {
            rebase(source, position, deleteHorizonMs);
        }
        GrowingBytes bytes = kept;
        Compression codec = Compression.ofId(RecordBatch.codecId(source, position));
        if (codec != Compression.NONE) {
            int from = RecordBatch.HEADER_SIZE;
            result.clear();
            result.ensureRoom(from);
            result.advance(from);
            codec.compress(kept.array(), from, kept.size() - from, result);
            bytes = result;
        }
        ByteBuffer batch = header(source, position, bytes);
        batch.putInt(RecordBatch.RECORD_COUNT_AT, keptCount);
        if (!RecordBatch.isLogAppendTime(source, position)) {
            batch.putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestampMs);
        }
        if (isStamped) {
            int attributes =
                    RecordBatch.attributes(source, position) | RecordBatch.DELETE_HORIZON_BIT;
            batch.putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes);
            batch.putLong(RecordBatch.BASE_TIMESTAMP_AT, deleteHorizonMs);
        }
        RecordBatch.stampCrc(batch, 0);
        return batch;
    }

    /** The batch without any record: only that its offsets and sequences were used. */
    public ByteBuffer writeEmpty(ByteBuffer source, int position) {
        kept.clear();
        kept.ensureRoom(RecordBatch.HEADER_SIZE);
        kept.advance(RecordBatch.HEADER_SIZE);
        ByteBuffer batch = header(source, position, kept);
        batch.putInt(RecordBatch.RECORD_COUNT_AT, 0);
        RecordBatch.stampCrc(batch, 0);
        return batch;
    }

    private static ByteBuffer header(ByteBuffer source, int position, GrowingBytes bytes) {
        source.get(position, bytes.array(), 0, RecordBatch.HEADER_SIZE);
        ByteBuffer batch = ByteBuffer.wrap(bytes.array(), 0, bytes.size());
        batch.putInt(RecordBatch.LENGTH_AT, bytes.size() - RecordBatch.LENGTH_OVERHEAD);
        return batch;
    }

    /** Writes the kept records again with timestamps relative to another base. */
    private void rebase(ByteBuffer source, int position, long baseMs) {
        int size = kept.size();
        moved.clear();
        moved.write(kept.array(), RecordBatch.HEADER_SIZE, size - RecordBatch.HEADER_SIZE);
        long shiftMs = RecordBatch.baseTimestamp(source, position) - baseMs;
        byte[] head = new byte[Varints.VARINT_SIZE_MAX + 1 + Varints.VARLONG_SIZE_MAX];
        ByteCursor cursor = new ByteCursor(ByteBuffer.wrap(moved.array()), 0, moved.size());
        kept.clear();
        kept.advance(RecordBatch.HEADER_SIZE);
        for (int index = 0; index < keptCount; index++) {
            int length = cursor.readVarint();
            int end = (int) cursor.consumed() + length;
            byte attributes = cursor.readByte();
            long delta = cursor.readVarlong() + shiftMs;
            int rest = end - (int) cursor.consumed();
            int at = Varints.write(1 + Varints.sizeOf(delta) + rest, head, 0);
            head[at++] = attributes;
            at = Varints.write(delta, head, at);
            kept.write(head, 0, at);
            kept.write(moved.array(), (int) cursor.consumed(), rest);
            cursor.skip(rest);
        }
    }

    private void copy(int from, int length, GrowingBytes target) {
        target.ensureRoom(length);
        reader.bytes().get(from, target.array(), target.size(), length);
        target.advance(length);
    }
}
