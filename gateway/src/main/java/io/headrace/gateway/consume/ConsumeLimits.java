package io.headrace.gateway.consume;

import java.time.Duration;

/**
 * What one reader may ask for and hold.
 *
 * @param pageBytes records per page when the reader does not say
 * @param pageBytesMax most that a reader may ask for; more is lowered to it
 * @param streamPageBytes records per page of a stream: what a client that does not read holds
 * @param waitMax longest {@code timeout}
 * @param heartbeat how often a stream without records shows that it is alive
 * @param writeTimeout after which a client that does not read is cut off
 * @param streamsMax streams that may be open
 * @param decompressedBytesMax largest batch after decompression
 */
public record ConsumeLimits(
        int pageBytes,
        int pageBytesMax,
        int streamPageBytes,
        Duration waitMax,
        Duration heartbeat,
        Duration writeTimeout,
        int streamsMax,
        int decompressedBytesMax) {}
