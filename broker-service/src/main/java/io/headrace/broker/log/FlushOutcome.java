package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** What became of a wait for durability. */
public sealed interface FlushOutcome {

    /**
     * All records below the recovery point are on the device.
     *
     * @param recoveryPoint at or above the offset that was waited for
     */
    record Flushed(long recoveryPoint) implements FlushOutcome {}

    /** It is unknown whether the records are on the device. */
    record Failed(ErrorCode code, String text) implements FlushOutcome {}
}
