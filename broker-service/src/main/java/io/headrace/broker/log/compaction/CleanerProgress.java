package io.headrace.broker.log.compaction;

import io.headrace.model.topic.TopicPartition;
import java.util.Map;
import java.util.Optional;

/**
 * What a cleaner is doing and has done since it was made.
 *
 * @param current the log that is being cleaned
 * @param cleanCount logs cleaned, one per round
 * @param bytesRead of segments, for maps and for copies
 * @param bytesWritten of new segments
 * @param recordsDropped records that were left out
 * @param uncleanable logs that are left alone until they are repaired, and why
 */
public record CleanerProgress(
        Optional<TopicPartition> current,
        long cleanCount,
        long bytesRead,
        long bytesWritten,
        long recordsDropped,
        Map<TopicPartition, String> uncleanable) {}
