package io.headrace.broker.replica;

import io.headrace.broker.log.LogSlice;
import io.headrace.model.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/** What a read from a leader found, with the partition's ends at that moment. */
public sealed interface ReadResult {

    /**
     * The offset is in range.
     *
     * @param slice whole committed batches, closed by the caller; null when none may be read yet
     */
    record InRange(
            @Nullable LogSlice slice,
            long logStartOffset,
            long highWatermark,
            long logEndOffset,
            int leaderEpoch)
            implements ReadResult {

        /** Bytes that can be sent. */
        public int length() {
            return slice == null ? 0 : slice.length();
        }
    }

    record OutOfRange(long logStartOffset, long highWatermark, long logEndOffset)
            implements ReadResult {}

    /** This broker does not serve the partition. */
    record Refused(ErrorCode code, String text) implements ReadResult {}

    /** This broker serves the partition, and its log cannot be read there now. */
    record Failed(ErrorCode code, String text, long logStartOffset, long highWatermark)
            implements ReadResult {}
}
