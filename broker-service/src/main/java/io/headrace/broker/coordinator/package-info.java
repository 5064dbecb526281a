/**
 * The shard runtime: keeps the state of a coordinator in a partition of an internal topic.
 *
 * <p>Entry: {@link io.headrace.broker.coordinator.ShardRuntime}. A shard is this broker's
 * leadership of one partition. It replays the partition, then hands events to a state machine
 * ({@link io.headrace.broker.coordinator.ShardState}), one at a time; the machine appends records
 * and is called back when they are committed, in the order of the appends.
 *
 * <pre>
 *   begin(leader epoch) -> loading -> active -> over
 *                          events refused:      events refused:
 *                          LOAD_IN_PROGRESS     NOT_COORDINATOR
 * </pre>
 *
 * <p>Owner: a shard's state belongs to whichever thread of the executor runs the shard; it runs on
 * one at a time. Leadership changes, events, timers and write completions come from any thread and
 * go through the shard's queue.
 *
 * <p>May import {@code replica} (only {@link io.headrace.broker.coordinator.ReplicatedShardLog})
 * and the model.
 */
@NullMarked
package io.headrace.broker.coordinator;

import org.jspecify.annotations.NullMarked;
