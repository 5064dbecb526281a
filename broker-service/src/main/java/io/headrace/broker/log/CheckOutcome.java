package io.headrace.broker.log;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordFault;
import java.util.List;

/** Whether bytes from a producer may be appended. */
public sealed interface CheckOutcome {

    record Sound(AppendRequest request) implements CheckOutcome {}

    /**
     * @param faults the records at fault, where it is single ones
     */
    record Refused(ErrorCode code, String text, List<RecordFault> faults) implements CheckOutcome {

        public Refused {
            faults = List.copyOf(faults);
        }
    }
}
