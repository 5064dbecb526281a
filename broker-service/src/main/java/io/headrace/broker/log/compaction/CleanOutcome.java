package io.headrace.broker.log.compaction;

import io.headrace.model.topic.TopicPartition;

/** What one attempt to clean came to. */
public sealed interface CleanOutcome {

    /** No log is dirty enough. */
    record NothingToDo() implements CleanOutcome {}

    /**
     * @param cleanedTo the next round begins at this offset
     */
    record Cleaned(TopicPartition partition, long cleanedTo, long bytesBefore, long bytesAfter)
            implements CleanOutcome {}

    /** The log stays as it was (or partly cleaned); tried again later unless it is uncleanable. */
    record GivenUp(TopicPartition partition, String reason) implements CleanOutcome {}
}
