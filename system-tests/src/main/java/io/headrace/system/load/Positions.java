package io.headrace.system.load;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;

/** How far a reader is; written by it (or by the members of a group), read by anybody. */
public final class Positions {

    private final Map<TopicPartition, Long> next = new ConcurrentHashMap<>();

    void put(TopicPartition partition, long offset) {
        next.put(partition, offset);
    }

    void reach(TopicPartition partition, long offset) {
        next.merge(partition, offset, Math::max);
    }

    /** The next offset; 0 when it read nothing. */
    public long get(TopicPartition partition) {
        return next.getOrDefault(partition, 0L);
    }
}
