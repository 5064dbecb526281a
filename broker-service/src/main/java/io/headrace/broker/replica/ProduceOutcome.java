package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordFault;
import java.util.List;

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

    /**
     * No record of the request is in the log, and none will be.
     *
     * @param faults the records at fault, where it is single ones
     */
    record NotDone(ErrorCode code, String text, List<RecordFault> faults)
            implements ProduceOutcome {

        public NotDone {
            faults = List.copyOf(faults);
        }

        public NotDone(ErrorCode code, String text) {
            this(code, text, List.of());
        }
    }

    /** The records may stay in the log or vanish; whether they do was not known in time. */
    record Unknown(ErrorCode code, String text) implements ProduceOutcome {}
}
