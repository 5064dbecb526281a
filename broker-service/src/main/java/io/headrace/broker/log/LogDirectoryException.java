package io.headrace.broker.log;

import java.io.IOException;

/** A log directory cannot be used; the message is one sentence with the fix. */
public final class LogDirectoryException extends IOException {

    private static final long serialVersionUID = 1L;

    public LogDirectoryException(String message) {
        super(message);
    }

    public LogDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
