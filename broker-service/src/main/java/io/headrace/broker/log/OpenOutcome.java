package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** Whether a partition's log could be opened. */
public sealed interface OpenOutcome {

    record Opened(PartitionLog log) implements OpenOutcome {}

    /**
     * @param isDamaged what the files say cannot be true, or cannot be read; they will be refused
     *     again until somebody repairs them or they are set aside
     */
    record Refused(ErrorCode code, String text, boolean isDamaged) implements OpenOutcome {

        Refused(ErrorCode code, String text) {
            this(code, text, false);
        }
    }
}
