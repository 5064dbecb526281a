package io.headrace.model.record;

import static io.headrace.model.record.CorruptBatchException.malformed;

import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/**
 * One pass over the records of a producer's batch that verifies every length, every offset delta
 * (0, 1, 2, …), the timestamps, keys where they are required, the headers, and that the last record
 * ends where the bytes end. Throws {@link CorruptBatchException} at the first thing that makes the
 * batch unreadable, and at the end if single records were at fault (a key that is missing, a
 * timestamp), naming up to {@value #FAULTS_MAX} of them.
 */
final class RecordWalk {

    static final int FAULTS_MAX = 1_000;

    private final long baseTimestampMs;
    private final int recordCount;
    private final BatchRules rules;
    private final List<RecordFault> faults = new ArrayList<>(0);
    private long maxTimestampMs = RecordBatch.NO_TIMESTAMP;
    private int faultCount;
    private boolean hasBadTimestamp;

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
        if (faultCount > 0) {
            throw new CorruptBatchException(
                    hasBadTimestamp ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD,
                    faultCount + " records are at fault, the first: " + faults.getFirst().text(),
                    faults);
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
        boolean isInTime = timestamp(bytes.readVarlong());
        int offsetDelta = bytes.readVarint();
        if (offsetDelta != index) {
            throw malformed("record " + index + " has the offset delta " + offsetDelta);
        }
        int keyLength = skipField(bytes, end, index, "key");
        if (keyLength < 0 && rules.areKeysRequired()) {
            fault(index, "has no key, which a compacted topic requires");
        } else if (!isInTime) {
            hasBadTimestamp = true;
            fault(index, "has a timestamp outside the accepted range");
        }
        skipField(bytes, end, index, "value");
        headers(bytes, end, index);
        if (bytes.consumed() != end) {
            throw malformed("record " + index + " does not end where its length says");
        }
    }

    private void fault(int index, String what) {
        faultCount++;
        if (faults.size() < FAULTS_MAX) {
            faults.add(new RecordFault(index, "record " + index + " " + what));
        }
    }

    /** Returns whether it is accepted. */
    private boolean timestamp(long delta) {
        long timestampMs = baseTimestampMs + delta;
        boolean overflows = ((baseTimestampMs ^ timestampMs) & (delta ^ timestampMs)) < 0;
        boolean isNone = timestampMs == RecordBatch.NO_TIMESTAMP;
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
        boolean isInRange =
                timestampMs >= rules.timestampMsMin() && timestampMs <= rules.timestampMsMax();
        return !overflows && timestampMs >= RecordBatch.NO_TIMESTAMP && (isNone || isInRange);
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
