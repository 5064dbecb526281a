package io.headrace.broker.replica;

import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.model.error.ErrorCode;

/** Turns what a log gives into what a reader of the partition is told. */
final class Reads {

    private final PartitionLog log;

    Reads(PartitionLog log) {
        this.log = log;
    }

    /**
     * @param upperBoundOffset nothing at or above it is read
     * @param atLeastOne the first batch may exceed {@code bytesMax}
     */
    ReadResult read(
            long offset,
            int bytesMax,
            boolean atLeastOne,
            long upperBoundOffset,
            long highWatermark,
            int leaderEpoch) {
        return switch (log.read(offset, bytesMax, upperBoundOffset, atLeastOne)) {
            case ReadOutcome.Found(var slice) ->
                    new ReadResult.InRange(
                            slice,
                            log.logStartOffset(),
                            highWatermark,
                            log.logEndOffset(),
                            leaderEpoch);
            case ReadOutcome.NothingYet _ ->
                    new ReadResult.InRange(
                            null,
                            log.logStartOffset(),
                            highWatermark,
                            log.logEndOffset(),
                            leaderEpoch);
            case ReadOutcome.OutOfRange(long start, long end) ->
                    new ReadResult.OutOfRange(start, highWatermark, end);
            case ReadOutcome.Failed(ErrorCode code, String text) ->
                    new ReadResult.Failed(code, text, log.logStartOffset(), highWatermark);
        };
    }
}
