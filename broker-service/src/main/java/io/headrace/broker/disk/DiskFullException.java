package io.headrace.broker.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The volume has no space left for a write, or the process no file left to open; it may have both
 * again later. Nothing can be said about how much of a write was done.
 */
public final class DiskFullException extends IOException {

    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
