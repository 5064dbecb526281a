/**
 * What the Kafka APIs mean: one class per API, all of one shape (authorise, validate, throttle,
 * delegate, respond), and the few pieces that several share.
 *
 * <p>Entry: {@link io.headrace.broker.kafka.api.KafkaApis}.
 *
 * <p>Owner: an API object is shared by all connections and keeps no state of a request; what lives
 * longer than a call is in {@code FetchSessions} (its own lock) and in the rooms below.
 *
 * <p>May import {@code group}, {@code replica}, {@code log}, {@code cluster}, {@code fetch}, {@code
 * security}, {@code quota}, {@code telemetry} and the model. Source: Kafka protocol, apache-kafka
 * 4.3.
 */
@NullMarked
package io.headrace.broker.kafka.api;

import org.jspecify.annotations.NullMarked;
