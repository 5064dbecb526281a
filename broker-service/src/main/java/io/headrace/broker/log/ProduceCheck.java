package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.BatchRules;
import io.headrace.model.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Checks what a producer sent, before it waits for the log: the costly part of an append (checksum,
 * walk over the records) that needs no lock. Stateless.
 */
final class ProduceCheck {

    /** Largest total of a batch's records once decompressed. */
    static final int DECOMPRESSED_BYTES_MAX = 128 << 20;

    private ProduceCheck() {}

    static CheckOutcome check(ByteBuffer batches, LogConfig config, long nowMs) {
        if (!batches.hasRemaining()) {
            return refused(ErrorCode.INVALID_RECORD, "the request holds no batch");
        }
        if (batches.remaining() > config.segments().bytesMax()) {
            return refused(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "the batches of the request are "
                            + batches.remaining()
                            + " bytes, a segment takes "
                            + config.segments().bytesMax());
        }
        BatchRules rules = rules(config, nowMs);
        int count = 0;
        long offsets = 0;
        boolean hasProducers = false;
        for (int at = batches.position(); at < batches.limit(); count++) {
            switch (BatchCheck.fromClient(batches, at, batches.limit(), rules)) {
                case BatchCheck.Refused(ErrorCode code, String reason, var faults) -> {
                    return new CheckOutcome.Refused(
                            code,
                            "batch " + count + ": " + reason,
                            count == 0 ? faults : List.of());
                }
                case BatchCheck.Sound(long maxTimestampMs) -> {
                    if (RecordBatch.maxTimestamp(batches, at) != maxTimestampMs) {
                        RecordBatch.stampMaxTimestamp(batches, at, maxTimestampMs);
                    }
                }
            }
            offsets += RecordBatch.lastOffsetDelta(batches, at) + 1L;
            hasProducers |= RecordBatch.producerId(batches, at) != RecordBatch.NO_PRODUCER_ID;
            at += RecordBatch.sizeInBytes(batches, at);
        }
        return new CheckOutcome.Sound(new AppendRequest(batches, count, offsets, hasProducers));
    }

    private static BatchRules rules(LogConfig config, long nowMs) {
        BatchRules rules =
                BatchRules.ofSize(config.messageBytesMax(), DECOMPRESSED_BYTES_MAX)
                        .withKeysRequired(config.compaction().compact());
        LogConfig.Timestamps times = config.timestamps();
        if (times.logAppendTime()) {
            return rules;
        }
        long min = times.beforeMaxMs() >= nowMs ? 0 : nowMs - times.beforeMaxMs();
        long max =
                times.afterMaxMs() >= Long.MAX_VALUE - nowMs
                        ? Long.MAX_VALUE
                        : nowMs + times.afterMaxMs();
        return rules.withTimestamps(min, max);
    }

    private static CheckOutcome refused(ErrorCode code, String text) {
        return new CheckOutcome.Refused(code, text, List.of());
    }
}
