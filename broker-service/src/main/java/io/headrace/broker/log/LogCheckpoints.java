package io.headrace.broker.log;

import io.headrace.model.topic.TopicPartition;
import java.io.IOException;

/**
 * Where a log has its offsets written down before it changes files in an order that a crash must
 * not turn around. Durable on return.
 */
interface LogCheckpoints {

    void saveRecoveryPoints() throws IOException;

    void saveLogStartOffsets() throws IOException;

    /** Up to where compaction has come, exclusive; 0 for nowhere. */
    long cleanedOffset(TopicPartition partition);

    void saveCleanedOffset(TopicPartition partition, long offset) throws IOException;
}
