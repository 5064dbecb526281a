package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** What a read found. */
public sealed interface ReadOutcome {

    /** Whole batches; the caller closes the slice. */
    record Found(LogSlice slice) implements ReadOutcome {}

    /** The offset is inside the log or its end, but nothing may be read from there yet. */
    record NothingYet() implements ReadOutcome {}

    /** The offset lies before the log's start or after its end. */
    record OutOfRange(long logStartOffset, long logEndOffset) implements ReadOutcome {}

    /** The log cannot be read now. */
    record Failed(ErrorCode code, String text) implements ReadOutcome {}
}
