package io.headrace.broker.log;

import java.io.IOException;

/** A file of one partition holds what it cannot hold; the device is well. */
final class DamagedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    DamagedFileException(String message) {
        super(message);
    }

    DamagedFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
