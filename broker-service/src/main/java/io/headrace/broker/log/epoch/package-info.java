/**
 * Which leader epoch began at which offset of a log.
 *
 * <p>Entry: {@link io.headrace.broker.log.epoch.LeaderEpochs}. Writers are serialised by the log's
 * writer lock; readers see an immutable list. The file {@code leader-epoch-checkpoint} has Kafka's
 * format: a line {@code 0}, a line with the count, then a line {@code epoch startOffset} each.
 * Imports {@code disk} only. Specified in KIP-101 and KIP-279.
 */
@NullMarked
package io.headrace.broker.log.epoch;

import org.jspecify.annotations.NullMarked;
