package io.headrace.broker.replica;

import io.headrace.broker.log.LogConfig;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicConfig.CleanupPolicy;
import io.headrace.model.topic.TopicConfig.TimestampType;

/** From the settings of a topic to those of its logs. */
public final class LogConfigs {

    private LogConfigs() {}

    public static LogConfig of(TopicConfig topic) {
        return new LogConfig(
                topic.maxMessageBytes(),
                topic.fileDeleteDelay().toMillis(),
                new LogConfig.Segments(
                        topic.segmentBytes(),
                        topic.segmentAge().toMillis(),
                        topic.segmentJitter().toMillis(),
                        topic.indexIntervalBytes(),
                        topic.segmentIndexBytes()),
                new LogConfig.Timestamps(
                        topic.timestampType() == TimestampType.LOG_APPEND_TIME,
                        topic.timestampBeforeMaxMs(),
                        topic.timestampAfterMaxMs()),
                new LogConfig.Retention(
                        topic.cleanupPolicies().contains(CleanupPolicy.DELETE),
                        topic.retentionMs(),
                        topic.retentionBytes()),
                new LogConfig.Flush(
                        topic.flushMessages(),
                        topic.flushInterval().toMillis(),
                        topic.flushOnAck()),
                new LogConfig.Compaction(
                        topic.cleanupPolicies().contains(CleanupPolicy.COMPACT),
                        topic.minCleanableDirtyRatio(),
                        topic.minCompactionLag().toMillis(),
                        topic.maxCompactionLag().toMillis(),
                        topic.deleteRetention().toMillis()));
    }
}
