/**
 * Record batches: the one format that records have on the wire, in memory and on disk (Kafka's v2
 * batch).
 *
 * <p>Entries: {@link io.headrace.model.record.RecordBatch} (layout, and accessors over bytes in
 * place), {@link io.headrace.model.record.RecordBatchBuilder} (write), {@link
 * io.headrace.model.record.RecordReader} (read), {@link io.headrace.model.record.BatchCheck}
 * (whether bytes from outside are a sound batch), {@link io.headrace.model.record.BatchesHttp} (how
 * batches travel over HTTP). Nothing here touches files or sockets. No class is thread-safe unless
 * it is immutable. Specified in the Kafka protocol guide, "Record batch". Imports {@code error} of
 * ours.
 */
@NullMarked
package io.headrace.model.record;

import org.jspecify.annotations.NullMarked;
