/**
 * Topics as everybody names them: names, ids, partitions and settings.
 *
 * <p>Entries: {@link io.headrace.model.topic.TopicPartition}, {@link
 * io.headrace.model.topic.TopicConfig}. All types are immutable values. Imports {@code error} only.
 */
@NullMarked
package io.headrace.model.topic;

import org.jspecify.annotations.NullMarked;
