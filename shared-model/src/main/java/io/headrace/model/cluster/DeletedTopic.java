package io.headrace.model.cluster;

import io.headrace.model.topic.TopicId;

/**
 * The tombstone of a topic: the only thing that allows a broker to remove its files.
 *
 * @param deletedAtMs when it was deleted, milliseconds since the epoch
 * @param graceMs how long brokers keep the files, renamed aside, before they are removed
 */
public record DeletedTopic(String name, TopicId id, long deletedAtMs, long graceMs) {}
