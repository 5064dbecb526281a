package io.headrace.broker.kafka;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What one Kafka API means: authorise, validate, throttle, delegate, respond.
 *
 * @param <Q> its generated request
 */
public interface Api<Q extends ApiMessage> {

    ApiKeys key();

    /**
     * Starts on the connection's event loop and must not block it; answers the exchange exactly
     * once, on any thread, now or later.
     */
    void handle(Exchange exchange, Q request);
}
