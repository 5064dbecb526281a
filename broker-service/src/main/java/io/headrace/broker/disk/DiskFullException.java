package io.headrace.broker.disk;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The volume has no space left for a write; nothing can be said about how much of that write was
 * done.
 */
public final class DiskFullException extends IOException {

    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
