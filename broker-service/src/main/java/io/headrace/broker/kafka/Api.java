package io.headrace.broker.kafka;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What one Kafka API means: authorise, validate, throttle, delegate, respond. Throttle is to say
 * what else the request costs ({@link Exchange#uses}); that it is a request counts for every API
 * alike when it is answered, and the pause is put into the answer there.
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
