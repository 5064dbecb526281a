/**
 * Groups of consumers: membership, rebalances, committed offsets (the classic protocol).
 *
 * <p>Entry: {@link io.headrace.broker.group.GroupCoordinator}. Each partition of {@code
 * __consumer_offsets} that this broker leads is a shard of the room {@code coordinator}; a group
 * lives in the partition that its id hashes to.
 *
 * <p>Owner: all state belongs to the shard's thread; the front desk is for any thread.
 * Subscriptions and assignments are opaque bytes, but for the topics that a subscription names.
 * What must survive is a record: a group's generation with its assignments, and every committed
 * offset. What a rebalance is waiting for lives in memory only; after a load the members come back
 * by themselves. Committed offsets belong to a topic's id, and go when that topic is deleted.
 *
 * <p>May import {@code coordinator} and the model. Source: Kafka protocol, "Group membership";
 * KIP-345 (static members), KIP-394 (member id required), KIP-211 (expiry of offsets); record bytes
 * in {@code GroupRecords}.
 */
@NullMarked
package io.headrace.broker.group;

import org.jspecify.annotations.NullMarked;
