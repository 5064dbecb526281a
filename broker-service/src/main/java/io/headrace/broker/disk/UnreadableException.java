package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.file.Path;

/** Bytes of a file cannot be read; others of the device may be well. */
public final class UnreadableException extends IOException {

    private static final long serialVersionUID = 1L;

    UnreadableException(Path path, IOException cause) {
        super(path + " cannot be read: " + cause.getMessage(), cause);
    }
}
