package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the records of one or several batches that lie one after the other.
 *
 * <pre>{@code
 * reader.wrap(buffer, position, limit, fromOffset);
 * while (reader.next()) {
 *     use(reader.offset(), reader.timestampMs(), reader.bytes(), reader.valueAt(), reader.valueLength());
 * }
 * if (reader.bytesMissing() > 0) { // the last batch is cut off at reader.batchEnd() }
 * }</pre>
 *
 * <p>Shape: key and value are slices of {@link #bytes()}, which is the wrapped buffer, or for a
 * compressed batch a buffer of this reader; they are valid until the next call of {@link #next}.
 * Nothing is allocated per record; a compressed batch is decompressed as a whole into a buffer that
 * is kept. Control batches are passed over unless asked for.
 *
 * <p>Owner: one thread. Bounds: a batch that decompresses to more than the given size is refused.
 *
 * <p>Errors: {@link #wrap} and {@link #next} throw {@link CorruptBatchException}; the reader stands
 * before the bad record then, {@link #batchPosition} names its batch, and it must be wrapped anew.
 */
public final class RecordReader {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final int decompressedBytesMax;
    private boolean isCrcChecked = true;
    private boolean areControlBatchesShown;

    private ByteBuffer source = NOTHING;
    private int limit;
    private long fromOffset;
    private int batchPosition;
    private int batchEnd;
    private int bytesMissing;
    private long nextOffset = -1;

    private @Nullable GrowingBytes decompressed;
    private ByteBuffer bytes = NOTHING;
    private ByteCursor cursor = new ByteCursor(NOTHING, 0, 0);
    private int recordsLeft;
    private int lastOffsetDelta;
    private long baseOffset;
    private long baseTimestampMs;
    private boolean isLogAppendTime;
    private long maxTimestampMs;

    /** What {@code cursor.consumed()} is at the first byte of {@code bytes}, negated. */
    private int bytesFrom;

    private long offset;
    private long timestampMs;
    private int keyAt;
    private int keyLength;
    private int valueAt;
    private int valueLength;
    private int headersAt;
    private int headerCount;
    private int recordAt;
    private int recordEnd;

    public RecordReader(int decompressedBytesMax) {
        this.decompressedBytesMax = decompressedBytesMax;
    }

    /** Leaves out the checksums, for bytes that were checked before. */
    public RecordReader withoutCrcChecks() {
        isCrcChecked = false;
        return this;
    }

    public RecordReader withControlBatches() {
        areControlBatchesShown = true;
        return this;
    }

    /** Reads all records of the bytes {@code [position, limit)} of the buffer. */
    public void wrap(ByteBuffer buffer, int position, int limit) {
        wrap(buffer, position, limit, Long.MIN_VALUE);
    }

    /** Reads the records at and after the offset. */
    public void wrap(ByteBuffer buffer, int position, int limit, long fromOffset) {
        this.source = buffer;
        this.limit = limit;
        this.fromOffset = fromOffset;
        this.batchPosition = position;
        this.batchEnd = position;
        this.bytesMissing = 0;
        this.recordsLeft = 0;
        this.nextOffset = -1;
    }

    /** Moves to the next record; false when the bytes hold no further whole batch. */
    public boolean next() {
        while (true) {
            while (recordsLeft > 0) {
                readRecord();
                if (offset >= fromOffset) {
                    return true;
                }
            }
            if (!nextBatch()) {
                return false;
            }
        }
    }

    private boolean nextBatch() {
        int available = limit - batchEnd;
        if (available == 0) {
            return false;
        }
        if (available < RecordBatch.SIZE_PREFIX) {
            bytesMissing = RecordBatch.HEADER_SIZE - available;
            return false;
        }
        int size = RecordBatch.sizeInBytes(source, batchEnd);
        if (size < RecordBatch.HEADER_SIZE) {
            throw new CorruptBatchException(
                    ErrorCode.CORRUPT_MESSAGE, "a batch states a length of " + size);
        }
        if (size > available) {
            bytesMissing = size - available;
            return false;
        }
        batchPosition = batchEnd;
        openBatch(size);
        batchEnd = batchPosition + size;
        return true;
    }

    private void openBatch(int size) {
        if (RecordBatch.magic(source, batchPosition) != RecordBatch.MAGIC) {
            throw new CorruptBatchException(
                    ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, "a batch has an unknown magic");
        }
        if (isCrcChecked && !RecordBatch.isCrcValid(source, batchPosition)) {
            throw new CorruptBatchException(
                    ErrorCode.CORRUPT_MESSAGE, "the checksum does not match the batch");
        }
        baseOffset = RecordBatch.baseOffset(source, batchPosition);
        lastOffsetDelta = RecordBatch.lastOffsetDelta(source, batchPosition);
        nextOffset = baseOffset + lastOffsetDelta + 1;
        boolean isHidden = !areControlBatchesShown && RecordBatch.isControl(source, batchPosition);
        if (isHidden || nextOffset <= fromOffset) {
            return;
        }
        int count = RecordBatch.recordCount(source, batchPosition);
        if (count < 0) {
            throw malformed("the record count is " + count);
        }
        baseTimestampMs = RecordBatch.baseTimestamp(source, batchPosition);
        maxTimestampMs = RecordBatch.maxTimestamp(source, batchPosition);
        isLogAppendTime = RecordBatch.isLogAppendTime(source, batchPosition);
        openRecords(size);
        recordsLeft = count;
        if (count == 0 && !cursor.isAtEnd()) {
            throw malformed("a batch of no records has bytes after its header");
        }
    }

    private void openRecords(int size) {
        int from = batchPosition + RecordBatch.HEADER_SIZE;
        Compression codec = Compression.ofId(RecordBatch.codecId(source, batchPosition));
        if (codec == Compression.NONE || size == RecordBatch.HEADER_SIZE) {
            bytes = source;
            bytesFrom = from;
            cursor = new ByteCursor(source, from, batchPosition + size);
            return;
        }
        GrowingBytes target = decompressed;
        if (target == null) {
            target = new GrowingBytes(4 * size);
            decompressed = target;
        }
        ByteBuffer compressed = source.slice(from, size - RecordBatch.HEADER_SIZE);
        codec.decompressInto(target, compressed, decompressedBytesMax);
        bytes = ByteBuffer.wrap(target.array());
        bytesFrom = 0;
        cursor = new ByteCursor(bytes, 0, target.size());
    }

    private void readRecord() {
        recordAt = at();
        int length = cursor.readVarint();
        int start = at();
        long end = (long) start + length;
        if (length < RecordBatch.RECORD_SIZE_MIN - 1 || end > Integer.MAX_VALUE) {
            throw malformed("a record states a length of " + length);
        }
        recordEnd = (int) end;
        cursor.readByte();
        long timestampDelta = cursor.readVarlong();
        timestampMs = isLogAppendTime ? maxTimestampMs : baseTimestampMs + timestampDelta;
        int offsetDelta = cursor.readVarint();
        if (offsetDelta < 0 || offsetDelta > lastOffsetDelta) {
            throw malformed("a record has the offset delta " + offsetDelta);
        }
        offset = baseOffset + offsetDelta;
        keyLength = fieldLength();
        keyAt = at();
        cursor.skip(Math.max(0, keyLength));
        valueLength = fieldLength();
        valueAt = at();
        cursor.skip(Math.max(0, valueLength));
        headerCount = cursor.readVarint();
        headersAt = at();
        if (headerCount < 0 || headersAt > recordEnd) {
            throw malformed("a record states " + headerCount + " headers");
        }
        cursor.skip(recordEnd - headersAt);
        recordsLeft--;
        if (recordsLeft == 0 && !cursor.isAtEnd()) {
            throw malformed("bytes follow the last record of a batch");
        }
    }

    /** Where the cursor stands in {@code bytes}. */
    private int at() {
        return bytesFrom + (int) cursor.consumed();
    }

    private int fieldLength() {
        int length = cursor.readVarint();
        if (length < -1 || length > recordEnd - at()) {
            throw malformed("a record states a field of " + length + " bytes");
        }
        return length;
    }

    public long offset() {
        return offset;
    }

    public long timestampMs() {
        return timestampMs;
    }

    /** Where the slices of the current record lie; big-endian, don't move its position. */
    public ByteBuffer bytes() {
        return bytes;
    }

    public int keyAt() {
        return keyAt;
    }

    /** -1 if the key is null. */
    public int keyLength() {
        return keyLength;
    }

    public int valueAt() {
        return valueAt;
    }

    /** -1 if the value is null. */
    public int valueLength() {
        return valueLength;
    }

    /** A copy of the key. */
    public byte @Nullable [] key() {
        return copy(keyAt, keyLength);
    }

    /** A copy of the value. */
    public byte @Nullable [] value() {
        return copy(valueAt, valueLength);
    }

    public int headerCount() {
        return headerCount;
    }

    /** Copies of the headers; decoded on each call. */
    public List<RecordHeader> headers() {
        if (headerCount == 0) {
            return List.of();
        }
        if (headerCount > (recordEnd - headersAt) / 2) {
            throw malformed("a record states " + headerCount + " headers");
        }
        List<RecordHeader> headers = new ArrayList<>(headerCount);
        ByteCursor from = new ByteCursor(bytes, headersAt, recordEnd);
        for (int index = 0; index < headerCount; index++) {
            byte[] name = copyField(from);
            if (name == null) {
                throw malformed("a header has no key");
            }
            headers.add(new RecordHeader(name, copyField(from)));
        }
        return headers;
    }

    private byte @Nullable [] copyField(ByteCursor from) {
        int length = from.readVarint();
        int at = headersAt + (int) from.consumed();
        if (length < -1 || length > recordEnd - at) {
            throw malformed("a header states a field of " + length + " bytes");
        }
        byte[] copy = copy(at, length);
        from.skip(Math.max(0, length));
        return copy;
    }

    private byte @Nullable [] copy(int at, int length) {
        if (length < 0) {
            return null;
        }
        byte[] copy = new byte[length];
        bytes.get(at, copy);
        return copy;
    }

    /** First byte of the current record in {@link #bytes}, that of its length. */
    int recordAt() {
        return recordAt;
    }

    /** Behind the last byte of the current record in {@link #bytes}. */
    int recordEnd() {
        return recordEnd;
    }

    /** Position of the current record's batch in the wrapped buffer, for {@link RecordBatch}. */
    public int batchPosition() {
        return batchPosition;
    }

    /** Position after the last whole batch that was reached: where a cut-off batch starts. */
    public int batchEnd() {
        return batchEnd;
    }

    /**
     * After {@code next() == false}: at least so many bytes lack of the next batch; 0 if none does.
     */
    public int bytesMissing() {
        return bytesMissing;
    }

    /**
     * Offset that follows the last batch that was reached, hidden ones and compacted records
     * included; -1 before the first.
     */
    public long nextOffset() {
        return nextOffset;
    }
}
