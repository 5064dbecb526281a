/**
 * This broker as a client of other brokers: Kafka's {@code Fetch} as a follower sends it.
 *
 * <p>Entry: {@link io.headrace.broker.kafka.peer.PeerChannels}, which {@code replication} knows as
 * its port. Blocking, two requests open at most; an answer lies in one reused direct buffer, and
 * the batches of it are views.
 *
 * <p>Bounds: a frame of at most {@link
 * io.headrace.broker.kafka.peer.PeerConnection#FRAME_BYTES_MAX}; a timeout for connecting and for
 * each answer. A frame that cannot be read ends the connection.
 */
@NullMarked
package io.headrace.broker.kafka.peer;

import org.jspecify.annotations.NullMarked;
