/**
 * The replicas of this broker: who leads, what is committed, and who waits for it.
 *
 * <p>Entry: {@link io.headrace.broker.replica.ReplicaManager} (registry and lifetime), {@link
 * io.headrace.broker.replica.Partition} (append, read, park). A partition plays one of two parts:
 * {@code LeaderRole} (appends, acknowledgements; its {@code Followers} count who has what and keep
 * the in-sync replicas by {@code InSync}) or {@code FollowerRole} (takes over what a fetcher
 * brings).
 *
 * <p>Owner of state: appends of a partition and every change of its leadership happen under the
 * partition's {@code ReentrantLock}. Who finds it free appends at once, on its own thread; who
 * finds it taken leaves its request in the partition's queue, which the holder empties into one
 * gathering write (flat combining). Readers take no lock: leadership, log start offset and high
 * watermark are published by volatile writes. A follower's fetch notes its progress and never waits
 * for the lock: whoever holds it counts the progress in. Changes of the ISR are handed to {@code
 * cluster} after the unlock and come back on its thread. Waiting fetches hang on the partition
 * under a second, short lock. Lock order: partition, then log, then waiters; no lock is held while
 * a reply or a wake-up runs.
 *
 * <p>Bounds: queued appends per partition, waiting appends per partition and parked fetches per
 * broker are counted; what does not fit is refused with {@code OVERLOADED}. May import {@code log},
 * {@code cluster} and the model.
 */
@NullMarked
package io.headrace.broker.replica;

import org.jspecify.annotations.NullMarked;
