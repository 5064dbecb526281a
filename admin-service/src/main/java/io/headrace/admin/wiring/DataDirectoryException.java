package io.headrace.admin.wiring;

import java.nio.file.Path;

/** The folder of the database cannot be used. */
final class DataDirectoryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DataDirectoryException(Path directory, Exception cause) {
        super("The folder " + directory.toAbsolutePath() + " cannot be written.", cause);
    }
}
