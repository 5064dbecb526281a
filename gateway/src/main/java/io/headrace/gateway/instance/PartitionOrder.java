package io.headrace.gateway.instance;

import java.util.Comparator;
import org.apache.kafka.common.TopicPartition;

/** By topic, then by number: how partitions are listed. */
final class PartitionOrder {

    static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private PartitionOrder() {}
}
