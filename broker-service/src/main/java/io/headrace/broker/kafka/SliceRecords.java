package io.headrace.broker.kafka;

import io.headrace.broker.log.LogSlice;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.RecordsSend;

/**
 * A log slice where Kafka's response classes expect records. {@link AnswerWriter} makes a file
 * region of it; whoever made it closes the slice if the answer is never written.
 */
public record SliceRecords(LogSlice slice) implements BaseRecords {

    @Override
    public int sizeInBytes() {
        return slice.length();
    }

    @Override
    public RecordsSend<SliceRecords> toSend() {
        throw new UnsupportedOperationException(
                "slices leave by file region, not by Kafka's sends");
    }
}
