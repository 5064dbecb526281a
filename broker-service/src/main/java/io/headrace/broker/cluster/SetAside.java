package io.headrace.broker.cluster;

import io.headrace.model.topic.TopicId;

/**
 * Files that were renamed aside and wait for their removal.
 *
 * @param directory names them within the log directory
 */
public record SetAside(String directory, TopicId topicId) {}
