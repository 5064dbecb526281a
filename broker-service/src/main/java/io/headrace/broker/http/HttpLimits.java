package io.headrace.broker.http;

import java.time.Duration;

/**
 * What one request may ask for.
 *
 * @param requestBytesMax largest body of a produce request
 * @param fetchBytesMax largest answer of one fetch, except that the first batch always fits
 * @param fetchBytesDefault answer size when {@code max_bytes} is not given
 * @param fetchWaitMax longest long poll
 * @param ackTimeoutDefault wait for acknowledgement when {@code timeout_ms} is not given
 * @param ackTimeoutMax longest such wait
 */
public record HttpLimits(
        int requestBytesMax,
        int fetchBytesMax,
        int fetchBytesDefault,
        Duration fetchWaitMax,
        Duration ackTimeoutDefault,
        Duration ackTimeoutMax) {}
