package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** Whether a partition's log could be opened. */
public sealed interface OpenOutcome {

    record Opened(PartitionLog log) implements OpenOutcome {}

    record Refused(ErrorCode code, String text) implements OpenOutcome {}
}
