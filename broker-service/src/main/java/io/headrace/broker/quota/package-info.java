/**
 * How much a client may use, and a move of partitions: what is asked before an answer goes out. It
 * may import the model.
 *
 * <p>Entry: {@link io.headrace.broker.quota.Throttle} for clients, {@link
 * io.headrace.broker.quota.ReplicationThrottle} for copies of partitions.
 */
@NullMarked
package io.headrace.broker.quota;

import org.jspecify.annotations.NullMarked;
