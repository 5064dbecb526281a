package io.headrace.broker.replica;

import io.headrace.model.topic.TopicPartition;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Appends of what producers had stored before and sent again, because the answer did not reach
 * them. Any thread.
 */
public final class RepeatedBatches {

    private final LongAdder count = new LongAdder();
    private volatile @Nullable TopicPartition last;

    void note(TopicPartition partition) {
        last = partition;
        count.increment();
    }

    public long count() {
        return count.sum();
    }

    /** Where the last was; null before the first. */
    public @Nullable TopicPartition last() {
        return last;
    }
}
