package io.headrace.broker.log;

import io.headrace.model.topic.TopicId;
import java.util.Optional;

/**
 * A partition directory that was renamed aside and waits for {@link LogDirectory#purge}.
 *
 * @param directoryName {@code <topic>-<partition>.<hex>-delete}
 */
public record DeletedPartition(String directoryName, Optional<TopicId> topicId) {}
