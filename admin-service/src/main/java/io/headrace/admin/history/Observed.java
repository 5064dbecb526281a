package io.headrace.admin.history;

import io.headrace.model.topic.TopicPartition;

/**
 * What a round saw of a group in a partition.
 *
 * @param committed next record to read
 * @param logEnd high watermark, asked for afterwards
 */
public record Observed(String group, TopicPartition partition, long committed, long logEnd) {

    public long lag() {
        return Math.max(0, logEnd - committed);
    }
}
