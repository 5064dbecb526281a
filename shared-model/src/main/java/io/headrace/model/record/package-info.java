/**
 * Record batches: the one format that records have on the wire, in memory and on disk (Kafka's v2
 * batch).
 *
 * <p>Entries: {@link io.headrace.model.record.RecordBatch} (layout and view), {@code
 * RecordBatchBuilder} (write), {@code RecordReader} (read). Nothing here touches files or sockets.
 * Specified in the Kafka protocol guide, "Record batch". Imports nothing of ours.
 */
@NullMarked
package io.headrace.model.record;

import org.jspecify.annotations.NullMarked;
