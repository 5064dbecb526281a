package io.headrace.broker.log;

import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.Optional;

/**
 * A partition directory that lies in a log directory, opened or not.
 *
 * @param topicId what its {@code partition.metadata} says, empty without one and where it is
 *     damaged
 */
public record FoundPartition(TopicPartition partition, Optional<TopicId> topicId) {}
