/**
 * Compaction: of each key the newest record stays.
 *
 * <p>Entry: {@link io.headrace.broker.log.compaction.LogCleaner}, one per log directory, one
 * thread. It picks the log with the largest share of dirty bytes, notes the newest offset of every
 * key of the dirty part in an {@code OffsetMap} of bounded size (a larger part takes several
 * rounds), and copies groups of sealed segments without older records into one segment each, which
 * {@code LogSegments.replace} puts in their place. Offsets never change.
 *
 * <p>Owner: the cleaner's thread owns everything but the progress, which it publishes. It holds no
 * lock of a log while it reads and writes. May import {@code log}, {@code disk} and the model.
 *
 * <p>Source: Kafka's {@code Cleaner}; KIP-354 (lag), KIP-534 (tombstones).
 */
@NullMarked
package io.headrace.broker.log.compaction;

import org.jspecify.annotations.NullMarked;
