/**
 * The Kafka listener: frames in, frames out, one request at a time per connection.
 *
 * <p>Entry: {@link io.headrace.broker.kafka.KafkaListener}. What a request means is in the nested
 * room {@code api}, one class per Kafka API; this room knows sockets, limits, order and bytes.
 *
 * <pre>
 *   socket -> FrameAssembler -> KafkaConnection -> Api -> Exchange.answer -> AnswerWriter -> socket
 *             length, memory    order, parsing     meaning                   file regions
 * </pre>
 *
 * <p>What waits holds no frame: it is given back when the request was handed over, unless the body
 * lies in it (produce). Every answer is counted by the throttle and carries the pause.
 *
 * <p>Clients that are told an address that does not lead them back are noticed by {@link
 * io.headrace.broker.kafka.ConnectionDoctor}; of those behind a translator of addresses it warns
 * only where the name cannot be theirs, and health says what was not checked.
 *
 * <p>Owner: a connection's state belongs to its event loop; an {@link
 * io.headrace.broker.kafka.Exchange} may be answered on any thread.
 *
 * <p>This room, {@code api} and {@code peer} (this broker as a client of others) are the only ones
 * that import Kafka's protocol classes. They may import {@code group}, {@code replica}, {@code
 * log}, {@code cluster}, {@code quota}, {@code security} and the model.
 *
 * <p>Source: Kafka protocol; rules for hostile input in decision 0013.
 */
@NullMarked
package io.headrace.broker.kafka;

import org.jspecify.annotations.NullMarked;
