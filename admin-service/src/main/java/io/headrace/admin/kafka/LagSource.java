package io.headrace.admin.kafka;

import io.headrace.model.topic.TopicPartition;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What lag is made of. Every method may throw while no broker answers. */
public interface LagSource {

    /** Ids of all consumer groups, sorted. */
    List<String> groups();

    /** The committed offsets of each of these groups; of partitions that exist. */
    Map<String, Map<TopicPartition, Committed>> committed(Collection<String> groups);

    /** High watermarks; a partition without a live leader is left out. */
    Map<TopicPartition, Long> latestOfLed(Set<TopicPartition> partitions);
}
