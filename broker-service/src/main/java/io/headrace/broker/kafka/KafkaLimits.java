package io.headrace.broker.kafka;

import java.time.Duration;

/**
 * Bounds of the Kafka listener.
 *
 * @param frameBytesMax largest request
 * @param bytesInFlightMax request bytes held at once over all connections; who is over waits unread
 * @param connectionsMax connections of all listeners together
 * @param connectionsPerAddressMax connections from one address
 * @param idle after which a connection without a request, or one that does not take its answer, is
 *     closed
 * @param frameTime in which a frame must have arrived, see {@link FrameDeadline}
 * @param fetchBytesMax largest answer of one fetch, unless its first batch is larger
 */
public record KafkaLimits(
        int frameBytesMax,
        long bytesInFlightMax,
        int connectionsMax,
        int connectionsPerAddressMax,
        Duration idle,
        Duration frameTime,
        int fetchBytesMax) {}
