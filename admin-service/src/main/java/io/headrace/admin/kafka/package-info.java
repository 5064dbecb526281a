/**
 * What only brokers know: consumer groups, committed offsets, the ends of logs and their sizes.
 *
 * <p>Entries: {@link io.headrace.admin.kafka.KafkaAdmin} (every call) and the plain values that it
 * answers with. This is the one room that imports Kafka's classes.
 *
 * <p>Owner: one shared client of Kafka for all callers, made by the first call, made anew when none
 * of the addresses that it began with lives any more. Nothing of it is touched at start.
 *
 * <p>Bounds: every call waits for the configured time at most. Errors: {@link
 * io.headrace.admin.envelope.V3Exception} with a stable code. Imports {@code balance}, {@code
 * envelope} and the model.
 */
@NullMarked
package io.headrace.admin.kafka;

import org.jspecify.annotations.NullMarked;
