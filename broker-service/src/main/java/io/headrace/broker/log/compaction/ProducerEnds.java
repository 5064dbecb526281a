package io.headrace.broker.log.compaction;

import io.headrace.broker.log.LogDirectory;
import io.headrace.model.topic.TopicPartition;

/**
 * Knows which batches hold the last sequence of a live producer: they stay, if need be without
 * records, so that a restart finds the sequence that must come next.
 */
@FunctionalInterface
public interface ProducerEnds {

    /** As the logs of the directory know. */
    static ProducerEnds of(LogDirectory directory) {
        return (partition, producerId, lastOffset) ->
                directory
                        .log(partition)
                        .filter(log -> log.isLastBatch(producerId, lastOffset))
                        .isPresent();
    }

    /** Whether the batch that ends at the offset is the newest of a producer that may write on. */
    boolean isLastOf(TopicPartition partition, long producerId, long lastOffset);
}
