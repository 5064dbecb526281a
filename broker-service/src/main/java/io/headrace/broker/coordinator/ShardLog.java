package io.headrace.broker.coordinator;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** The partitions of one internal topic, as shards see them. */
public interface ShardLog {

    /** What lies at an offset. */
    sealed interface ReadStep {

        /** Whole committed batches; go on at {@code nextOffset}. */
        record Batches(ByteBuffer bytes, long nextOffset) implements ReadStep {}

        /** Records lie there that are not committed yet. */
        record NotCommitted() implements ReadStep {}

        /** The log ends there. */
        record End() implements ReadStep {}

        /** It cannot be read now. */
        record Failed(ErrorCode code, String text) implements ReadStep {}
    }

    /** What became of an append. */
    sealed interface Written {

        /** All in-sync replicas have the records. */
        record Committed() implements Written {}

        /** No record of the batch is in the log, and none will be. */
        record NotDone(ErrorCode code, String text) implements Written {}

        /** Whether the records stay in the log is not known. */
        record Unknown(ErrorCode code, String text) implements Written {}
    }

    /** First offset of the partition; 0 when this broker does not lead it. */
    long start(int partition);

    /**
     * Reads at an offset; may wait for the disk.
     *
     * @param offset at or above {@link #start}
     */
    ReadStep read(int partition, long offset);

    /** Largest batch that the partition takes. */
    int batchBytesMax(int partition);

    /**
     * Appends one batch, unless the leader epoch is over.
     *
     * @param then called once, on any thread, when all in-sync replicas have it or it failed
     */
    void append(int partition, int leaderEpoch, ByteBuffer batch, Consumer<Written> then);
}
