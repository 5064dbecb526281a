package io.headrace.admin.envelope;

import io.headrace.model.error.ErrorCode;
import java.io.IOException;

/** A request body went past the limit while it was read. */
public final class BodyTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    private final long bytesMax;

    public BodyTooLargeException(long bytesMax) {
        super("request body over " + bytesMax + " bytes");
        this.bytesMax = bytesMax;
    }

    public V3Exception asRefusal() {
        return V3Exception.of(
                ErrorCode.MESSAGE_TOO_LARGE,
                "the request body is too large: at most " + bytesMax + " bytes are read");
    }
}
