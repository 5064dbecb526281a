package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** Whether bytes from a producer may be appended. */
public sealed interface CheckOutcome {

    record Sound(AppendRequest request) implements CheckOutcome {}

    record Refused(ErrorCode code, String text) implements CheckOutcome {}
}
