package io.headrace.admin.history;

import io.headrace.model.topic.TopicPartition;

/** A group's offset in a partition. */
record SeriesKey(String groupKey, TopicPartition partition) {}
