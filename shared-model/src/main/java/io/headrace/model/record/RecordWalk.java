package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import io.headrace.model.error.ErrorCode;

/**
 * One pass over the records of a producer's batch that verifies every length, every offset delta
 * (0, 1, 2, …), the timestamps, keys where they are required, the headers, and that the last record
 * ends where the bytes end. Throws {@link CorruptBatchException} at the first thing that is wrong.
 */
final class RecordWalk {

    private final long baseTimestampMs;
    private final int recordCount;
    private final BatchRules rules;
    private long maxTimestampMs = RecordBatch.NO_TIMESTAMP;

    RecordWalk(long baseTimestampMs, int recordCount, BatchRules rules) {
        this.baseTimestampMs = baseTimestampMs;
        this.recordCount = recordCount;
        this.rules = rules;
    }

    /** Returns the largest timestamp. */
    long run(ByteCursor bytes) {
        for (int index = 0; index < recordCount; index++) {
            record(bytes, index);
        }
        if (!bytes.isAtEnd()) {
            throw malformed("bytes follow the last record");
        }
        return maxTimestampMs;
    }

    private void record(ByteCursor bytes, int index) {
        int length = bytes.readVarint();
        if (length < RecordBatch.RECORD_SIZE_MIN - 1) {
            throw malformed("record " + index + " states a length of " + length);
        }
        long end = bytes.consumed() + length;
        bytes.readByte();
        timestamp(bytes.readVarlong(), index);
        int offsetDelta = bytes.readVarint();
        if (offsetDelta != index) {
            throw malformed("record " + index + " has the offset delta " + offsetDelta);
        }
        int keyLength = skipField(bytes, end, index, "key");
        if (keyLength < 0 && rules.areKeysRequired()) {
            throw malformed("record " + index + " has no key, which a compacted topic requires");
        }
        skipField(bytes, end, index, "value");
        headers(bytes, end, index);
        if (bytes.consumed() != end) {
            throw malformed("record " + index + " does not end where its length says");
        }
    }

    private void timestamp(long delta, int index) {
        long timestampMs = baseTimestampMs + delta;
        boolean overflows = ((baseTimestampMs ^ timestampMs) & (delta ^ timestampMs)) < 0;
        boolean isNone = timestampMs == RecordBatch.NO_TIMESTAMP;
        if (overflows
                || timestampMs < RecordBatch.NO_TIMESTAMP
                || (!isNone
                        && (timestampMs < rules.timestampMsMin()
                                || timestampMs > rules.timestampMsMax()))) {
            throw new CorruptBatchException(
                    ErrorCode.INVALID_TIMESTAMP,
                    "record " + index + " has a timestamp outside the accepted range");
        }
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
    }

    /** Returns the field's length, -1 for null. */
    private static int skipField(ByteCursor bytes, long end, int index, String field) {
        int length = bytes.readVarint();
        if (length < -1 || length > end - bytes.consumed()) {
            throw malformed("record " + index + " states a " + field + " of " + length + " bytes");
        }
        if (length > 0) {
            bytes.skip(length);
        }
        return length;
    }

    private static void headers(ByteCursor bytes, long end, int index) {
        int count = bytes.readVarint();
        if (count < 0 || count > (end - bytes.consumed()) / 2) {
            throw malformed("record " + index + " states " + count + " headers");
        }
        for (int header = 0; header < count; header++) {
            if (skipField(bytes, end, index, "header key") < 0) {
                throw malformed("record " + index + " has a header without a key");
            }
            skipField(bytes, end, index, "header value");
        }
    }
}
