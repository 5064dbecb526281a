package io.headrace.broker.log.compaction;

/** The log changed under the cleaner, or the cleaner is to stop; nothing was replaced. */
final class CleaningAbortedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CleaningAbortedException(String message) {
        super(message);
    }
}
