package io.headrace.broker.log;

import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;

/** A log that should be open. */
public record LogSpec(TopicPartition partition, TopicId topicId, LogConfig config) {}
