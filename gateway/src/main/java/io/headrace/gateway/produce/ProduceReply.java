package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.route.Appended;
import io.headrace.gateway.route.BrokerFailure;
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
    private static final int ENTRY_SIZE = 64;

    private final ProduceBatches batches;
    private final @Nullable Appended[] appended;
    private final @Nullable BrokerFailure[] failures;

    /**
     * @param appended by partition
     * @param failures by partition
     */
    ProduceReply(
            ProduceBatches batches,
            @Nullable Appended[] appended,
            @Nullable BrokerFailure[] failures) {
        this.batches = batches;
        this.appended = appended;
        this.failures = failures;
    }

    int recordCount() {
        return batches.recordCount();
    }

    /** Records that were not appended. */
    int failedCount() {
        int count = batches.rejectedCount();
        for (int partition = 0; partition < failures.length; partition++) {
            PartitionBatches records = batches.partitions()[partition];
            if (failures[partition] != null && records != null) {
                count += records.recordCount();
            }
        }
        return count;
    }

    /**
     * The status for requests whose status tells: that of the first failure if every record failed.
     */
    int status() {
        if (failedCount() < batches.recordCount()) {
            return 200;
        }
        int code = failureOf(0).code();
        if (code == HttpFailure.RECORD_REJECTED_RETRIABLE) {
            return 503;
        }
        return code > 999 ? code / 100 : code;
    }

    JsonWriter write() {
        JsonWriter json = new JsonWriter(96 + batches.recordCount() * ENTRY_SIZE);
        json.raw(HEAD);
        for (int record = 0; record < batches.recordCount(); record++) {
            if (record > 0) {
                json.raw(',');
            }
            entry(json, record);
        }
        return json.raw(TAIL);
    }

    private void entry(JsonWriter json, int record) {
        int partition = batches.partitionOf(record);
        Appended where = partition < 0 ? null : appended[partition];
        if (where != null) {
            json.raw(PARTITION)
                    .number(partition)
                    .raw(OFFSET)
                    .number(where.baseOffset() + batches.placeOf(record))
                    .raw(GOOD);
            return;
        }
        HttpFailure failure = failureOf(record);
        json.raw(BAD)
                .number(failure.code())
                .raw(",\"error\":")
                .string(failure.text())
                .raw(",\"message\":")
                .string(failure.text())
                .raw('}');
    }

    private HttpFailure failureOf(int record) {
        int partition = batches.partitionOf(record);
        if (partition == ProduceBatches.UNKNOWN_PARTITION) {
            return HttpFailure.unknownPartition(
                    batches.topic().name(),
                    batches.placeOf(record),
                    batches.topic().partitionCount());
        }
        if (partition == ProduceBatches.TOO_LARGE) {
            return HttpFailure.of(
                    413,
                    413,
                    "The record is larger than the topic takes (max.message.bytes is "
                            + batches.batchBytesMax()
                            + ").");
        }
        BrokerFailure failure = failures[partition];
        if (failure == null) {
            throw new IllegalStateException("record " + record + " neither failed nor succeeded");
        }
        return HttpFailure.of(failure.code().httpStatus(), failure.recordCode(), failure.text());
    }
}
