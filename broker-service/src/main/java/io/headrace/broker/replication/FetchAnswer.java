package io.headrace.broker.replication;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What a leader answered. The batches are views of a buffer that the next fetch overwrites.
 *
 * @param sessionId 0 for no session
 * @param sessionFailure name of the error that ended the session, empty for none
 */
public record FetchAnswer(int sessionId, String sessionFailure, List<OfPartition> partitions) {

    public FetchAnswer {
        partitions = List.copyOf(partitions);
    }

    /** Why the leader gave nothing. */
    public enum Refusal {
        NONE,
        OUT_OF_RANGE,
        /** Anything that time or a newer image may mend. */
        NOT_NOW
    }

    /**
     * @param error name of the error, for the server log
     * @param highWatermark -1 for unknown; with a refusal it is known only where the histories
     *     agree
     * @param logStartOffset -1 for unknown
     * @param divergingEpoch largest epoch of the leader that is at most the asked one; -1 when the
     *     histories agree
     * @param divergingEnd where that epoch ended in the leader's log
     * @param batches whole batches, may be empty
     */
    public record OfPartition(
            FetchKey key,
            Refusal refusal,
            String error,
            long highWatermark,
            long logStartOffset,
            int divergingEpoch,
            long divergingEnd,
            ByteBuffer batches) {}

    boolean isSessionLost() {
        return !sessionFailure.isEmpty();
    }
}
