package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record after the other in the uncompressed bytes of one batch: where each field lies.
 *
 * <pre>
 *   length | attributes 1 | timestamp delta | offset delta
 *   key length | key | value length | value | header count | headers
 *   header: key length | key | value length | value
 * </pre>
 *
 * <p>Lengths, deltas and counts are zig-zag varints, lengths of null are -1. Positions are those of
 * the buffer; what they mean in time and offset is the batch's business. Owner: its reader. Errors:
 * {@link CorruptBatchException}.
 */
final class RecordFields {

    private final ByteBuffer bytes;

    /** Where the cursor began. */
    private final int from;

    private final ByteCursor cursor;

    private int recordAt;
    private int recordEnd;
    private long timestampDelta;
    private int offsetDelta;
    private int keyAt;
    private int keyLength;
    private int valueAt;
    private int valueLength;
    private int headersAt;
    private int headerCount;

    /** Over the bytes {@code [from, limit)} of the buffer. */
    RecordFields(ByteBuffer bytes, int from, int limit) {
        this.bytes = bytes;
        this.from = from;
        this.cursor = new ByteCursor(bytes, from, limit);
    }

    boolean isAtEnd() {
        return cursor.isAtEnd();
    }

    /** Moves to the record that begins here. */
    void read() {
        recordAt = at();
        int length = cursor.readVarint();
        long end = (long) at() + length;
        if (length < RecordBatch.RECORD_SIZE_MIN - 1 || end > Integer.MAX_VALUE) {
            throw malformed("a record states a length of " + length);
        }
        recordEnd = (int) end;
        cursor.readByte();
        timestampDelta = cursor.readVarlong();
        offsetDelta = cursor.readVarint();
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
    }

    private int at() {
        return from + (int) cursor.consumed();
    }

    private int fieldLength() {
        int length = cursor.readVarint();
        if (length < -1 || length > recordEnd - at()) {
            throw malformed("a record states a field of " + length + " bytes");
        }
        return length;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    long timestampDelta() {
        return timestampDelta;
    }

    int offsetDelta() {
        return offsetDelta;
    }

    int keyAt() {
        return keyAt;
    }

    int keyLength() {
        return keyLength;
    }

    int valueAt() {
        return valueAt;
    }

    int valueLength() {
        return valueLength;
    }

    int headerCount() {
        return headerCount;
    }

    int recordAt() {
        return recordAt;
    }

    int recordEnd() {
        return recordEnd;
    }

    /** Copies of the headers; decoded on each call. */
    List<RecordHeader> headers() {
        if (headerCount == 0) {
            return List.of();
        }
        if (headerCount > (recordEnd - headersAt) / 2) {
            throw malformed("a record states " + headerCount + " headers");
        }
        List<RecordHeader> headers = new ArrayList<>(headerCount);
        ByteCursor header = new ByteCursor(bytes, headersAt, recordEnd);
        for (int index = 0; index < headerCount; index++) {
            byte[] name = copyField(header);
            if (name == null) {
                throw malformed("a header has no key");
            }
            headers.add(new RecordHeader(name, copyField(header)));
        }
        return headers;
    }

    private byte @Nullable [] copyField(ByteCursor header) {
        int length = header.readVarint();
        int at = headersAt + (int) header.consumed();
        if (length < -1 || length > recordEnd - at) {
            throw malformed("a header states a field of " + length + " bytes");
        }
        byte[] copy = copy(at, length);
        header.skip(Math.max(0, length));
        return copy;
    }

    /** A copy of a field; null if its length is -1. */
    byte @Nullable [] copy(int at, int length) {
        if (length < 0) {
            return null;
        }
        byte[] copy = new byte[length];
        bytes.get(at, copy);
        return copy;
    }
}
