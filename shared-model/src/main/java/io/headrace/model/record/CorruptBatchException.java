package io.headrace.model.record;

import io.headrace.model.error.ErrorCode;
import java.util.List;

/** Bytes that should be a sound record batch are not; the message says what is wrong with them. */
public final class CorruptBatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient List<RecordFault> faults;

    public CorruptBatchException(ErrorCode code, String message) {
        this(code, message, List.of());
    }

    CorruptBatchException(ErrorCode code, String message, List<RecordFault> faults) {
        super(message);
        this.code = code;
        this.faults = List.copyOf(faults);
    }

    CorruptBatchException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.faults = List.of();
    }

    public ErrorCode code() {
        return code;
    }

    /** The records that are at fault, where it is single ones. */
    List<RecordFault> faults() {
        return faults;
    }

    static CorruptBatchException malformed(String message) {
        return new CorruptBatchException(ErrorCode.INVALID_RECORD, message);
    }
}
