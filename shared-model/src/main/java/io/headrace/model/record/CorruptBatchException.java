package io.headrace.model.record;

import io.headrace.model.error.ErrorCode;

/** Bytes that should be a sound record batch are not; the message says what is wrong with them. */
public final class CorruptBatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public CorruptBatchException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    CorruptBatchException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }

    static CorruptBatchException malformed(String message) {
        return new CorruptBatchException(ErrorCode.INVALID_RECORD, message);
    }
}
