package io.headrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a log directory may still be used. Goes offline once, at the first failed write or fsync,
 * and never comes back in this process. Any thread.
 */
final class DirectoryHealth {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryHealth.class);

    private final Path directory;
    private final BiConsumer<Path, IOException> listener;
    private final AtomicReference<@Nullable IOException> cause = new AtomicReference<>();

    DirectoryHealth(Path directory, BiConsumer<Path, IOException> listener) {
        this.directory = directory;
        this.listener = listener;
    }

    boolean isOffline() {
        return cause.get() != null;
    }

    String text() {
        IOException failure = cause.get();
        return "the log directory is offline"
                + (failure == null ? "" : " after an I/O error: " + failure.getMessage());
    }

    void fail(String what, IOException failure) {
        if (cause.compareAndSet(null, failure)) {
            LOG.atError()
                    .addKeyValue("directory", directory)
                    .setCause(failure)
                    .log("The log directory goes offline: {} failed", what);
            listener.accept(directory, failure);
        }
    }
}
