/**
 * How the broker is put together: properties, beans, and the order of start and stop.
 *
 * <p>Entry: {@link io.headrace.broker.BrokerApplication}. Start: watch ZooKeeper, lock and recover
 * the logs, open HTTP, become what the image says, register. Stop: accept nothing, answer who
 * waits, flush, checkpoints, clean-shutdown marker, deregister. Every failure at start becomes one
 * sentence with the fix. May import everything.
 */
@NullMarked
package io.headrace.broker.wiring;

import org.jspecify.annotations.NullMarked;
