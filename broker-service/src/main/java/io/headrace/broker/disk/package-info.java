/**
 * Files: the only room that touches {@code FileChannel}.
 *
 * <p>Entry: {@link io.headrace.broker.disk.Disk}, with a real implementation and a simulated one
 * that can lose unflushed writes, tear the last one, fail a write or a flush and run out of space.
 * All of storage is written against this interface so that a crash after every single disk call can
 * be tried. Imports nothing of ours. Any thread may call; files are not locked against concurrent
 * writers, their owner in {@code log} serialises writes.
 */
@NullMarked
package io.headrace.broker.disk;

import org.jspecify.annotations.NullMarked;
