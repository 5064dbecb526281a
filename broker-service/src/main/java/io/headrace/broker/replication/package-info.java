/**
 * Copies partitions from their leaders: fetch, compare histories, append or truncate.
 *
 * <p>Entry: {@link io.headrace.broker.replication.ReplicaFetchers}, told by the converger whom this
 * broker follows. One fetcher per leader: one thread, one connection, one request in flight.
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
 * <p>Why one request in flight: the offset of a fetch acknowledges everything below it, so it can
 * be made only after the last answer was appended; and the leader answers one request per
 * connection at a time, so a second one would only queue behind a long poll. A partition that joins
 * while a poll waits interrupts it.
 *
 * <p>Bounds: one thread and one buffer (an answer) per leader; pauses between tries grow to a
 * limit. May import {@code replica}, {@code log}, {@code cluster} and the model; no Kafka class.
 *
 * <p>Source: KIP-101, KIP-279, KIP-227, KIP-903; {@code reference/reliability.md} 1.5.
 */
@NullMarked
package io.headrace.broker.replication;

import org.jspecify.annotations.NullMarked;
