package io.headrace.gateway.consume;

import io.headrace.gateway.json.JsonWriter;

/**
 * The text {@code ,"partition":0,"offset":7,"timestamp":8} of one record after the other. It is
 * kept: the next record mostly has the next offset and the same timestamp, so that one digit
 * changes.
 *
 * <p>Owner: one thread.
 */
final class RecordPlace {

    private static final byte[] TIMESTAMP = JsonWriter.constant(",\"timestamp\":");

    private final JsonWriter text = new JsonWriter(96);
    private final int offsetAt;
    private int timestampAt;
    private long offset = -1;
    private long timestampMs;

    RecordPlace(int partition) {
        text.raw(",\"partition\":").number(partition).raw(",\"offset\":");
        offsetAt = text.size();
    }

    /** Writes the place of a record. */
    void write(JsonWriter target, long newOffset, long newTimestampMs) {
        boolean isNext = offset >= 0 && newOffset == offset + 1 && hasStepped();
        if (!isNext) {
            text.truncate(offsetAt);
            text.number(newOffset).raw(TIMESTAMP);
            timestampAt = text.size();
        }
        if (!isNext || newTimestampMs != timestampMs) {
            text.truncate(timestampAt);
            text.number(newTimestampMs);
        }
        offset = newOffset;
        timestampMs = newTimestampMs;
        target.raw(text.array(), 0, text.size());
    }

    /** Adds one to the offset's digits; false, with the digits spoiled, if there are too few. */
    private boolean hasStepped() {
        byte[] digits = text.array();
        for (int i = timestampAt - TIMESTAMP.length - 1; i >= offsetAt; i--) {
            if (digits[i] != '9') {
                digits[i]++;
                return true;
            }
            digits[i] = '0';
        }
        return false;
    }
}
