package io.headrace.broker.kafka.api;

/**
 * How {@code __consumer_offsets} is created when the first group needs it.
 *
 * @param replicationFactor fewer when fewer brokers live
 */
public record OffsetsTopicSettings(int partitions, int replicationFactor) {

    /** Kafka's defaults. */
    public static final OffsetsTopicSettings DEFAULTS = new OffsetsTopicSettings(50, 3);
}
