package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
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
    private RecordFields fields = new RecordFields(NOTHING, 0, 0);
    private int recordsLeft;
    private int lastOffsetDelta;
    private long baseOffset;
    private long baseTimestampMs;
    private boolean isLogAppendTime;
    private long maxTimestampMs;

    private long offset;
    private long timestampMs;

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
        if (count == 0 && !fields.isAtEnd()) {
            throw malformed("a batch of no records has bytes after its header");
        }
    }

    private void openRecords(int size) {
        int from = batchPosition + RecordBatch.HEADER_SIZE;
        Compression codec = Compression.ofId(RecordBatch.codecId(source, batchPosition));
        if (codec == Compression.NONE || size == RecordBatch.HEADER_SIZE) {
            fields = new RecordFields(source, from, batchPosition + size);
            return;
        }
        GrowingBytes target = decompressed;
        if (target == null) {
            target = new GrowingBytes(4 * size);
            decompressed = target;
        }
        ByteBuffer compressed = source.slice(from, size - RecordBatch.HEADER_SIZE);
        codec.decompressInto(target, compressed, decompressedBytesMax);
        fields = new RecordFields(ByteBuffer.wrap(target.array()), 0, target.size());
    }

    private void readRecord() {
        fields.read();
        long timestampDelta = fields.timestampDelta();
        timestampMs = isLogAppendTime ? maxTimestampMs : baseTimestampMs + timestampDelta;
        int offsetDelta = fields.offsetDelta();
        if (offsetDelta < 0 || offsetDelta > lastOffsetDelta) {
            throw malformed("a record has the offset delta " + offsetDelta);
        }
        offset = baseOffset + offsetDelta;
        recordsLeft--;
        if (recordsLeft == 0 && !fields.isAtEnd()) {
            throw malformed("bytes follow the last record of a batch");
        }
    }

    public long offset() {
        return offset;
    }

    public long timestampMs() {
        return timestampMs;
    }

    /** Where the slices of the current record lie; big-endian, don't move its position. */
    public ByteBuffer bytes() {
        return fields.bytes();
    }

    public int keyAt() {
        return fields.keyAt();
    }

    /** -1 if the key is null. */
    public int keyLength() {
        return fields.keyLength();
    }

    public int valueAt() {
        return fields.valueAt();
    }

    /** -1 if the value is null. */
    public int valueLength() {
        return fields.valueLength();
    }

    /** A copy of the key. */
    public byte @Nullable [] key() {
        return fields.copy(fields.keyAt(), fields.keyLength());
    }

    /** A copy of the value. */
    public byte @Nullable [] value() {
        return fields.copy(fields.valueAt(), fields.valueLength());
    }

    public int headerCount() {
        return fields.headerCount();
    }

    /** Copies of the headers; decoded on each call. */
    public List<RecordHeader> headers() {
        return fields.headers();
    }

    /** First byte of the current record in {@link #bytes}, that of its length. */
    int recordAt() {
        return fields.recordAt();
    }

    /** Behind the last byte of the current record in {@link #bytes}. */
    int recordEnd() {
        return fields.recordEnd();
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
