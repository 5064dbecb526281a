package io.headrace.model.topic;

/**
 * A partition of a topic, by name. {@code toString} is the name of its log directory: {@code
 * orders-0}.
 */
public record TopicPartition(String topic, int partition) {

    public TopicPartition {
        if (partition < 0) {
            throw new IllegalArgumentException("partition " + partition + " is negative");
        }
    }

    @Override
    public String toString() {
        return topic + "-" + partition;
    }
}
