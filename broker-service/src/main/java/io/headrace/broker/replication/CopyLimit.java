package io.headrace.broker.replication;

import io.headrace.model.topic.TopicPartition;

/**
 * How fast copies may be made that no write waits for. Asked on fetchers' threads, by all of them.
 *
 * <p>Source: KIP-73.
 */
public interface CopyLimit {

    /** Everything at once. */
    CopyLimit NONE =
            new CopyLimit() {
                @Override
                public boolean isExhausted() {
                    return false;
                }

                @Override
                public boolean covers(TopicPartition partition) {
                    return false;
                }

                @Override
                public void copied(TopicPartition partition, int bytes) {}
            };

    /** Whether what it covers has to wait. */
    boolean isExhausted();

    /** Whether the copy of the partition on this broker is limited now. */
    boolean covers(TopicPartition partition);

    /** What came of a partition, limited or not. */
    void copied(TopicPartition partition, int bytes);
}
