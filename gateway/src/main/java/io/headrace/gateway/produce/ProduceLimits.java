package io.headrace.gateway.produce;

import java.time.Duration;

/**
 * What one produce request may ask for.
 *
 * @param bodyBytesMax largest body
 * @param recordCountMax most records in one request
 * @param acks when the request does not say: -1 for all in-sync replicas, 1 or 0
 * @param leaderWait how long a request waits for a broker that knows the topic
 * @param isTraced whether records carry on the trace that their request is a part of
 */
public record ProduceLimits(
        long bodyBytesMax, int recordCountMax, int acks, Duration leaderWait, boolean isTraced) {}
