/**
 * Idempotent producers of one log: who wrote last with which sequence, so that a batch that is sent
 * twice is stored once, and one that overtook another is refused.
 *
 * <p>Entry: {@link io.headrace.broker.log.producer.ProducerStates}. Appends ask {@code check} for
 * each request of a group, write, then {@code note} each batch; recovery and truncation {@code
 * restore} the newest snapshot and note the batches above it.
 *
 * <p>Owner: the log's writer lock guards everything here.
 *
 * <p>Files: {@code %020d.snapshot}, the states of all producers before that offset (see {@code
 * SnapshotFormat}); one for the base offset of each segment and one for the end of a log that was
 * closed. They are never forced: a torn or missing one costs a longer replay. Their deletion is
 * forced before other records may take the offsets they tell of.
 *
 * <p>Coordinator epoch and the first offset of an open transaction are carried through snapshots
 * and are otherwise the concern of transactions, which do not exist yet. Imports {@code disk} and
 * the model only. Bounded by {@link io.headrace.broker.log.producer.ProducerBound}. Source: KIP-98,
 * KIP-360; Kafka's {@code ProducerStateManager}.
 */
@NullMarked
package io.headrace.broker.log.producer;

import org.jspecify.annotations.NullMarked;
