package io.headrace.broker.fetch;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells whose fault it is when {@code sendfile} fails: the file's, or the connection's, which is
 * nothing to speak of. The call has one error for both ends, and Java has only its text.
 */
final class ReadFailure {

    /** EIO, ENODATA, EBADMSG, EUCLEAN, ESTALE, EREMOTEIO; and Netty's, for a file too short. */
    private static final List<String> OF_FILES =
            List.of(
                    "input/output error",
                    "no data available",
                    "bad message",
                    "structure needs cleaning",
                    "stale file handle",
                    "remote i/o error",
                    "underlying file size");

    private ReadFailure() {}

    /** The failure as one of a file; null when it is one of a connection, or none. */
    static @Nullable IOException in(@Nullable Throwable cause) {
        if (!(cause instanceof IOException failure) || failure.getMessage() == null) {
            return null;
        }
        String text = failure.getMessage().toLowerCase(Locale.ROOT);
        return OF_FILES.stream().anyMatch(text::contains) ? failure : null;
    }
}
