package io.headrace.gateway.produce;

import io.headrace.model.record.RecordHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * One record as it is cut out of a body: slices of the body's bytes. One draft is filled again and
 * again; a length of -1 stands for null.
 */
final class Draft {

    static final int NO_PARTITION = -1;
    static final long NO_TIMESTAMP = -1;

    int keyAt;
    int keyLength;
    int valueAt;
    int valueLength;
    int partition;
    long timestampMs;
    List<RecordHeader> headers = List.of();

    /** Forgets the record; null key, null value. */
    void clear() {
        keyLength = -1;
        valueLength = -1;
        partition = NO_PARTITION;
        timestampMs = NO_TIMESTAMP;
        if (!headers.isEmpty()) {
            headers = List.of();
        }
    }

    void addHeader(RecordHeader header) {
        if (headers.isEmpty()) {
            headers = new ArrayList<>(4);
        }
        headers.add(header);
    }
}
