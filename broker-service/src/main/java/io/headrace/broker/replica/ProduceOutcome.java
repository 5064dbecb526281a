package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;

/** What became of an append request: done, not done, or unknown; never "failed" when done. */
public sealed interface ProduceOutcome {

    /**
     * The records are in the log, as safe as the request asked for.
     *
     * @param lastOffset inclusive
     * @param appendTimeMs stamped on the records, -1 where the producer's times stay
     */
    record Done(
            long baseOffset,
            long lastOffset,
            long appendTimeMs,
            long logStartOffset,
            int leaderEpoch)
            implements ProduceOutcome {}

    /** No record of the request is in the log, and none will be. */
    record NotDone(ErrorCode code, String text) implements ProduceOutcome {}

    /** The records may stay in the log or vanish; whether they do was not known in time. */
    record Unknown(ErrorCode code, String text) implements ProduceOutcome {}
}
