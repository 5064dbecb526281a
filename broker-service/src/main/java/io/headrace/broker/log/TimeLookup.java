package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** What a lookup by timestamp found. */
public sealed interface TimeLookup {

    /** The first record (by offset) whose timestamp is at least the one asked for. */
    record Found(OffsetAndTime record) implements TimeLookup {}

    /** No readable record is that young. */
    record NotFound() implements TimeLookup {}

    record Failed(ErrorCode code, String text) implements TimeLookup {}
}
