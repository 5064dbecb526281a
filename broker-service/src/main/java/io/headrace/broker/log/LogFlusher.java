package io.headrace.broker.log;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Makes a log durable up to its end and moves the recovery point. Runs under the flush lock only,
 * so that appends and reads go on; never on an event loop.
 */
final class LogFlusher {

    private final LogState state;

    LogFlusher(LogState state) {
        this.state = state;
    }

    /** Forces everything that was appended when the call began. */
    FlushOutcome flush() {
        return flush(false);
    }

    /** Forces sealed segments only, and writes out their indexes. */
    FlushOutcome flushSealed() {
        return flush(true);
    }

    private FlushOutcome flush(boolean sealedOnly) {
        state.flusher.lock();
        try {
            LogState.Closed closed = state.refusal();
            if (closed != null) {
                return new FlushOutcome.Failed(closed.code(), closed.text());
            }
            // The end is read before the list: every record below it lies in one of the segments.
            long end = state.logEndOffset;
            SegmentList segments = state.segments;
            long target = sealedOnly ? Math.min(end, segments.active().baseOffset()) : end;
            if (!saveEpochs()) {
                return new FlushOutcome.Failed(
                        ErrorCode.DISK_NEARLY_FULL, "no disk space to flush " + state.partition);
            }
            force(segments, target);
            if (target > state.recoveryPoint) {
                state.recoveryPoint = target;
            }
            state.flushedAtNanos = state.clock.nanoTime().getAsLong();
            return new FlushOutcome.Flushed(state.recoveryPoint);
        } catch (IOException e) {
            state.health.fail("a flush of " + state.partition, e);
            return new FlushOutcome.Failed(ErrorCode.KAFKA_STORAGE_ERROR, state.health.text());
        } finally {
            state.flusher.unlock();
        }
    }

    /**
     * A start takes the leader epochs below the recovery point from their file.
     *
     * @return false when there is no space for it; the next flush tries again
     */
    private boolean saveEpochs() throws IOException {
        try {
            state.epochs.save();
            return true;
        } catch (DiskFullException e) {
            return false;
        }
    }

    private void force(SegmentList segments, long target) throws IOException {
        for (Segment segment : segments.asList()) {
            boolean needsFlush =
                    segment.isSealed()
                            ? !segment.isFlushedSealed()
                            : segment.baseOffset() < target
                                    && state.recoveryPoint < segment.nextOffset();
            if (!needsFlush || !segment.tryHold()) {
                continue;
            }
            try {
                if (segment.isDetached()) {
                    continue;
                }
                state.makeDirectoryDurable();
                if (segment.isSealed()) {
                    segment.flushSealed();
                } else {
                    segment.flush();
                }
            } finally {
                segment.release();
            }
        }
    }

    boolean isDue() {
        LogConfig.Flush config = state.config.flush();
        long unflushed = state.logEndOffset - state.recoveryPoint;
        if (unflushed <= 0 || config.intervalMs() == Long.MAX_VALUE) {
            return unflushed > 0 && unflushed >= config.messages();
        }
        long waitedNanos = state.clock.nanoTime().getAsLong() - state.flushedAtNanos;
        return unflushed >= config.messages()
                || TimeUnit.NANOSECONDS.toMillis(waitedNanos) >= config.intervalMs();
    }
}
