/**
 * Copies partitions from their leaders: fetch, compare histories, append or truncate.
 *
 * <p>Entry: {@link io.headrace.broker.replication.ReplicaFetchers}, told by the converger whom this
 * broker follows. One fetcher per leader: one thread, one connection, two requests open at most.
 *
 * <pre>
 *   LeaderFetches (what to ask, what an answer means; no thread, no socket, no clock)
 *        ^ owned by
 *   Fetcher (a thread) --> LeaderChannel (port; Kafka's protocol behind it)
 *        | changes
 *        v
 *   replica.Follower (fenced by its leader epoch)
 * </pre>
 *
 * <p>Beside it, {@link io.headrace.broker.replication.Scrubber} looks for damage on the own disk
 * and has it repaired from another replica.
 *
 * <p>Why mostly one request in flight: the offset of a fetch acknowledges everything below it, so
 * it can be made only after the last answer was appended (and flushed, where the topic asks for it:
 * until then the partition is left out, and the others of this leader go on). A second one goes
 * behind a poll that waits at the leader when there is something new to say: a partition joins,
 * leaves, or moved on. The leader then answers the poll at once, so nothing new waits for it, and
 * neither the connection nor the session is lost. What the leader sends twice, because it read for
 * the second before it heard what the first had brought, is dropped.
 *
 * <p>Bounds: one thread and one buffer (an answer) per leader; every wait has a timeout; pauses
 * between tries grow to a limit. May import {@code replica}, {@code log}, {@code cluster} and the
 * model; no Kafka class.
 *
 * <p>Source: KIP-101, KIP-279, KIP-227, KIP-903; {@code reference/reliability.md} 1.5.
 */
@NullMarked
package io.headrace.broker.replication;

import org.jspecify.annotations.NullMarked;
