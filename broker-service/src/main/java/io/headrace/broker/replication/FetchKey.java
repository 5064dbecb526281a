package io.headrace.broker.replication;

import io.headrace.model.topic.TopicId;

/** A partition as fetches name it: a topic that was created again is another one. */
public record FetchKey(TopicId topicId, int partition) {}
