package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;

/** What became of one append request. */
public sealed interface AppendOutcome {

    /**
     * The batches are in the log (in the page cache; not yet forced to the device).
     *
     * @param lastOffset inclusive
     * @param appendTimeMs the time that was stamped on the records, -1 where the producer's times
     *     stay
     */
    record Appended(
            long baseOffset,
            long lastOffset,
            long appendTimeMs,
            long logStartOffset,
            int leaderEpoch)
            implements AppendOutcome {}

    /** Nothing of the request is in the log. */
    record Refused(ErrorCode code, String text) implements AppendOutcome {}
}
