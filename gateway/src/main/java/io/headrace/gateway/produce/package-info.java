/**
 * Records in: the records of all requests go through the stock Kafka producer, one for each acks,
 * which makes batches of what arrives at the same time (decision 15).
 *
 * <p>Entries: {@link io.headrace.gateway.produce.ProduceResource} and, for its start and end,
 * {@link io.headrace.gateway.produce.Producers}. The way of a request: the body's bytes → {@code
 * RecordsBody}, {@code NdjsonBody} or {@code PlainBody} cut records out of them → {@code
 * PostedRecords} → {@code Delivery} hands them to the producer and waits for their fates → {@code
 * ProduceReply} tells each, in order. A body that is wrong anywhere appends nothing. All of it runs
 * on the connection's event loop, which never waits; the producer's own thread only writes fates.
 * Imports {@code http}, {@code json}, {@code route}, {@code telemetry}, and Kafka's public client
 * classes.
 */
@NullMarked
package io.headrace.gateway.produce;

import org.jspecify.annotations.NullMarked;
