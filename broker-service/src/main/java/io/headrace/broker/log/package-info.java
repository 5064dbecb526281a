/**
 * A partition's records on disk: one {@link io.headrace.broker.log.PartitionLog} per replica, all
 * logs of one volume in a {@link io.headrace.broker.log.LogDirectory}.
 *
 * <p>Entry: {@code LogDirectory.open}, then {@code PartitionLog.append}, {@code read}, {@code
 * offsetForTimestamp}.
 *
 * <p>Owner of state: per log one {@code ReentrantLock}, the writer's. Readers never take it: the
 * segment list, log start offset, log end offset and recovery point are published by volatile
 * writes, in this order after an append: bytes, segment end, log end offset. Lock order: flush lock
 * of a log, writer's lock of a log, checkpoint lock of the directory. No lock is held over a
 * callback.
 *
 * <p>Files (Kafka's formats, so that Kafka's dump tool reads them), per partition directory {@code
 * <topic>-<partition>}:
 *
 * <pre>
 *   %020d.log         batches, back to back; the name is the base offset
 *   %020d.index       OffsetIndex: 8 bytes an entry
 *   %020d.timeindex   TimeIndex: 12 bytes an entry
 *   leader-epoch-checkpoint, partition.metadata
 *   %020d.snapshot    nested room {@code producer}
 *   *.deleted         waiting for file.delete.delay.ms
 *   *.cleaned, *.swap compaction in progress, or the copy of a truncation
 *   *.damaged         set aside by recovery, never read again
 * </pre>
 *
 * Per log directory: {@code .lock}, {@code meta.properties}, {@code .kafka_cleanshutdown}, four
 * offset checkpoints and {@code clean-length-checkpoint}, which only we have.
 *
 * <p>Durable is a record when a flush has forced its segment, that the segment exists, and that the
 * partition's directory does. A log that was never flushed may be gone after a power failure.
 *
 * <p>Failure: a failed write or fsync takes the whole directory offline ({@code
 * KAFKA_STORAGE_ERROR} from then on, reads included); a full disk only stops appends and
 * truncations until space returns; damaged content keeps one log closed, or some of its records
 * unreadable until they are repaired. Sequences of idempotent producers are checked (nested room
 * {@code producer}) between the batch check and the assignment of offsets. May import {@code disk}
 * and the model.
 */
@NullMarked
package io.headrace.broker.log;

import org.jspecify.annotations.NullMarked;
