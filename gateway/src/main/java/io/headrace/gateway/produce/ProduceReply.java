package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * What became of each record, in the v2 shape: {@code
 * {"offsets":[{"partition":0,"offset":7,"error_code":null,"error":null}],"key_schema_id":null,"value_schema_id":null}}.
 * A failed record has null partition and offset, and its text both as {@code error} and {@code
 * message}.
 */
final class ProduceReply {

    private static final byte[] HEAD = JsonWriter.constant("{\"offsets\":[");
    private static final byte[] TAIL =
            JsonWriter.constant("],\"key_schema_id\":null,\"value_schema_id\":null}");
    private static final byte[] PARTITION = JsonWriter.constant("{\"partition\":");
    private static final byte[] OFFSET = JsonWriter.constant(",\"offset\":");
    private static final byte[] GOOD = JsonWriter.constant(",\"error_code\":null,\"error\":null}");
    private static final byte[] BAD =
            JsonWriter.constant("{\"partition\":null,\"offset\":null,\"error_code\":");
    private static final int ENTRY_SIZE = 72;

    private final PostedRecords records;
    private final int failedCount;

    /**
     * @param records each with its fate
     */
    ProduceReply(PostedRecords records) {
        this.records = records;
        int count = 0;
        for (int record = 0; record < records.count(); record++) {
            if (records.failureOf(record) != null) {
                count++;
            }
        }
        this.failedCount = count;
    }

    int recordCount() {
        return records.count();
    }

    /** Records that were not appended. */
    int failedCount() {
        return failedCount;
    }

    /** The kind of the first failure; null if there was none. */
    @Nullable String failureKind() {
        for (int record = 0; failedCount > 0 && record < records.count(); record++) {
            HttpFailure failure = records.failureOf(record);
            if (failure != null) {
                return HttpFailure.kindOf(failure);
            }
        }
        return null;
    }

    /**
     * The status for requests whose status tells: that of the first failure if every record failed.
     */
    int status() {
        HttpFailure first = records.failureOf(0);
        if (failedCount < records.count() || first == null) {
            return 200;
        }
        int code = first.code();
        if (code == HttpFailure.RECORD_REJECTED_RETRIABLE) {
            return 503;
        }
        return code > 999 ? code / 100 : code;
    }

    JsonWriter write() {
        JsonWriter json = new JsonWriter(96 + records.count() * ENTRY_SIZE);
        json.raw(HEAD);
        for (int record = 0; record < records.count(); record++) {
            if (record > 0) {
                json.raw(',');
            }
            entry(json, record, records.failureOf(record));
        }
        return json.raw(TAIL);
    }

    private void entry(JsonWriter json, int record, @Nullable HttpFailure failure) {
        if (failure == null) {
            json.raw(PARTITION)
                    .number(records.partitionOf(record))
                    .raw(OFFSET)
                    .number(records.offsetOf(record))
                    .raw(GOOD);
            return;
        }
        json.raw(BAD)
                .number(failure.code())
                .raw(",\"error\":")
                .string(failure.text())
                .raw(",\"message\":")
                .string(failure.text())
                .raw('}');
    }
}
