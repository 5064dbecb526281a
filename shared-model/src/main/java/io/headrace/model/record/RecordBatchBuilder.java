package io.headrace.model.record;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds one record batch as a producer sends it: base offset 0, leader epoch -1.
 *
 * <p>Meant to be kept and reused: nothing is allocated per record, and per batch only when a larger
 * buffer is needed. {@code append…, build, (send), reset, append…}
 *
 * <p>Owner: one thread. Bounds: the buffer grows by doubling up to 2 GiB; callers compare {@link
 * #sizeInBytes} plus {@link #recordSizeMax} with their own limit before they append.
 */
public final class RecordBatchBuilder {

    private final Compression codec;
    private final GrowingBytes plain;
    private final GrowingBytes compressed;
    private int recordCount;
    private int lastOffsetDelta = -1;
    private long baseTimestampMs;
    private long maxTimestampMs = RecordBatch.NO_TIMESTAMP;
    private long producerId = RecordBatch.NO_PRODUCER_ID;
    private short producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
    private int baseSequence = RecordBatch.NO_SEQUENCE;
    private boolean isTransactional;

    /**
     * @param capacity bytes the buffer starts with, header included
     */
    public RecordBatchBuilder(Compression codec, int capacity) {
        this.codec = codec;
        this.plain = new GrowingBytes(Math.max(capacity, 2 * RecordBatch.HEADER_SIZE));
        this.compressed = new GrowingBytes(codec == Compression.NONE ? 0 : capacity);
        plain.advance(RecordBatch.HEADER_SIZE);
    }

    /** Forgets all records; the buffer that {@link #build} returned is overwritten from now on. */
    public void reset() {
        plain.clear();
        plain.advance(RecordBatch.HEADER_SIZE);
        recordCount = 0;
        lastOffsetDelta = -1;
        maxTimestampMs = RecordBatch.NO_TIMESTAMP;
        producerId = RecordBatch.NO_PRODUCER_ID;
        producerEpoch = RecordBatch.NO_PRODUCER_EPOCH;
        baseSequence = RecordBatch.NO_SEQUENCE;
        isTransactional = false;
    }

    /** Names the producer of this batch; forgotten by {@link #reset}. */
    public void producer(long id, short epoch, int sequence, boolean inTransaction) {
        this.producerId = id;
        this.producerEpoch = epoch;
        this.baseSequence = sequence;
        this.isTransactional = inTransaction;
    }

    public void append(
            long timestampMs,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RecordHeader> headers) {
        int keyLength = key == null ? -1 : key.length;
        int valueLength = value == null ? -1 : value.length;
        begin(timestampMs, keyLength, valueLength, headers);
        field(key, keyLength);
        field(value, valueLength);
        headers(headers);
    }

    /** Key and value are the remaining bytes of the buffers, whose positions stay. */
    public void append(
            long timestampMs,
            @Nullable ByteBuffer key,
            @Nullable ByteBuffer value,
            List<RecordHeader> headers) {
        int keyLength = key == null ? -1 : key.remaining();
        int valueLength = value == null ? -1 : value.remaining();
        begin(timestampMs, keyLength, valueLength, headers);
        field(key, keyLength);
        field(value, valueLength);
        headers(headers);
    }

    public int recordCount() {
        return recordCount;
    }

    /** Bytes of the batch so far, before compression. */
    public int sizeInBytes() {
        return plain.size();
    }

    /** The most that one more record can add; lengths of -1 stand for null. */
    public static int recordSizeMax(int keyLength, int valueLength, List<RecordHeader> headers) {
        long size = 1L + Varints.VARLONG_SIZE_MAX + 5 * Varints.VARINT_SIZE_MAX;
        size += Math.max(0, keyLength) + (long) Math.max(0, valueLength);
        size += headersSize(headers);
        return (int) Math.min(Integer.MAX_VALUE, size);
    }

    /** Bytes of a batch with this record alone, before compression; -1 stands for null. */
    public static long sizeOfOne(int keyLength, int valueLength, List<RecordHeader> headers) {
        long body =
                3L
                        + Varints.sizeOf(keyLength)
                        + Math.max(0, keyLength)
                        + Varints.sizeOf(valueLength)
                        + Math.max(0, valueLength)
                        + headersSize(headers);
        return RecordBatch.HEADER_SIZE + Varints.sizeOf(body) + body;
    }

    /**
     * The finished batch, checksum included; valid until the next {@link #reset}. Calling it again
     * gives the same bytes.
     *
     * @throws IllegalStateException if no record was appended
     */
    public ByteBuffer build() {
        if (recordCount == 0) {
            throw new IllegalStateException("a batch needs at least one record");
        }
        GrowingBytes bytes = plain;
        if (codec != Compression.NONE) {
            compressed.clear();
            compressed.ensureRoom(RecordBatch.HEADER_SIZE);
            compressed.advance(RecordBatch.HEADER_SIZE);
            int from = RecordBatch.HEADER_SIZE;
            codec.compress(plain.array(), from, plain.size() - from, compressed);
            bytes = compressed;
        }
        ByteBuffer batch = ByteBuffer.wrap(bytes.array(), 0, bytes.size());
        header(batch, bytes.size());
        return batch;
    }

    private void header(ByteBuffer batch, int size) {
        int attributes = codec.id() | (isTransactional ? RecordBatch.TRANSACTIONAL_BIT : 0);
        batch.putLong(RecordBatch.BASE_OFFSET_AT, 0L);
        batch.putInt(RecordBatch.LENGTH_AT, size - RecordBatch.LENGTH_OVERHEAD);
        batch.putInt(RecordBatch.LEADER_EPOCH_AT, RecordBatch.NO_LEADER_EPOCH);
        batch.put(RecordBatch.MAGIC_AT, RecordBatch.MAGIC);
        batch.putShort(RecordBatch.ATTRIBUTES_AT, (short) attributes);
        batch.putInt(RecordBatch.LAST_OFFSET_DELTA_AT, lastOffsetDelta);
        batch.putLong(RecordBatch.BASE_TIMESTAMP_AT, baseTimestampMs);
        batch.putLong(RecordBatch.MAX_TIMESTAMP_AT, maxTimestampMs);
        batch.putLong(RecordBatch.PRODUCER_ID_AT, producerId);
        batch.putShort(RecordBatch.PRODUCER_EPOCH_AT, producerEpoch);
        batch.putInt(RecordBatch.BASE_SEQUENCE_AT, baseSequence);
        batch.putInt(RecordBatch.RECORD_COUNT_AT, recordCount);
        RecordBatch.stampCrc(batch, 0);
    }

    /** Writes a record up to its key, with room for all of it. */
    private void begin(
            long timestampMs, int keyLength, int valueLength, List<RecordHeader> headers) {
        if (timestampMs < RecordBatch.NO_TIMESTAMP) {
            throw new IllegalArgumentException("timestamp " + timestampMs + " is negative");
        }
        if (recordCount == 0) {
            baseTimestampMs = timestampMs;
        }
        int offsetDelta = lastOffsetDelta + 1;
        long timestampDelta = timestampMs - baseTimestampMs;
        long length =
                1L
                        + Varints.sizeOf(timestampDelta)
                        + Varints.sizeOf(offsetDelta)
                        + Varints.sizeOf(keyLength)
                        + Math.max(0, keyLength)
                        + Varints.sizeOf(valueLength)
                        + Math.max(0, valueLength)
                        + headersSize(headers);
        int bodyLength = Math.toIntExact(length);
        plain.ensureRoom(Math.addExact(bodyLength, Varints.VARINT_SIZE_MAX));
        byte[] array = plain.array();
        int from = plain.size();
        int at = Varints.write(bodyLength, array, from);
        array[at++] = 0;
        at = Varints.write(timestampDelta, array, at);
        at = Varints.write(offsetDelta, array, at);
        plain.advance(at - from);
        lastOffsetDelta = offsetDelta;
        recordCount++;
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
    }

    private void field(byte @Nullable [] bytes, int length) {
        int from = plain.size();
        int at = Varints.write(length, plain.array(), from);
        if (bytes != null) {
            System.arraycopy(bytes, 0, plain.array(), at, length);
            at += length;
        }
        plain.advance(at - from);
    }

    private void field(@Nullable ByteBuffer bytes, int length) {
        int from = plain.size();
        int at = Varints.write(length, plain.array(), from);
        if (bytes != null) {
            bytes.get(bytes.position(), plain.array(), at, length);
            at += length;
        }
        plain.advance(at - from);
    }

    private void headers(List<RecordHeader> headers) {
        int count = headers.size();
        int from = plain.size();
        plain.advance(Varints.write(count, plain.array(), from) - from);
        for (int index = 0; index < count; index++) {
            RecordHeader header = headers.get(index);
            byte @Nullable [] value = header.value();
            field(header.keyUtf8(), header.keyUtf8().length);
            field(value, value == null ? -1 : value.length);
        }
    }

    private static long headersSize(List<RecordHeader> headers) {
        int count = headers.size();
        long size = Varints.sizeOf(count);
        for (int index = 0; index < count; index++) {
            RecordHeader header = headers.get(index);
            byte @Nullable [] value = header.value();
            int keyLength = header.keyUtf8().length;
            int valueLength = value == null ? -1 : value.length;
            size += Varints.sizeOf(keyLength) + (long) keyLength;
            size += Varints.sizeOf(valueLength) + (long) Math.max(0, valueLength);
        }
        return size;
    }
}
