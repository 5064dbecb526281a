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

    /**
     * Exactly this was appended before, and nothing now; whether those records are safe yet is as
     * open as after an append.
     *
     * @param baseOffset of the first time
     * @param lastOffset of the first time, inclusive
     * @param appendTimeMs of the first time, -1 where the producer's times stay
     */
    record Duplicate(
            long baseOffset,
            long lastOffset,
            long appendTimeMs,
            long logStartOffset,
            int leaderEpoch)
            implements AppendOutcome {}

    /** Nothing of the request is in the log. */
    record Refused(ErrorCode code, String text) implements AppendOutcome {}
}
