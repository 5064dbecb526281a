/**
 * Consumer instances: members of a group that HTTP clients drive, one call at a time.
 *
 * <p>Entries: {@link io.headrace.gateway.instance.InstanceResource} (the endpoints below {@code
 * /consumers}), {@link io.headrace.gateway.instance.Instances} (those of this gateway, with their
 * life and end), {@link io.headrace.gateway.instance.InstanceDirectory} (which gateway holds which,
 * in ZooKeeper).
 *
 * <p>An instance is a stock {@code KafkaConsumer}. It blocks, so every call runs on a virtual
 * thread of its own, never on an event loop. Two locks, taken in this order: the instance's
 * <i>slot</i> keeps calls of clients apart and is held until the answer was written; its
 * <i>lock</i> belongs to whoever uses the consumer at the moment, a call or the keeper.
 *
 * <p>Between calls the keeper polls with all partitions paused, so that an idle client never holds
 * up the rebalances of others. What was polled and not handed out stays here; offsets that are
 * committed are those of records that a client received, see {@link
 * io.headrace.gateway.instance.Page}.
 *
 * <p>Imports {@code http}, {@code json}, {@code consume} (the encoder), {@code route} and {@code
 * telemetry}. Source: decision 16; the REST Proxy v2 convention.
 */
@NullMarked
package io.headrace.gateway.instance;

import org.jspecify.annotations.NullMarked;
