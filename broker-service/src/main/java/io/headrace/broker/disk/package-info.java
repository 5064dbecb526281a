/**
 * Files: the only room that touches {@code FileChannel}.
 *
 * <p>Entry: {@link io.headrace.broker.disk.Disk}, with a real implementation ({@link
 * io.headrace.broker.disk.RealDisk}) and a simulated one ({@link
 * io.headrace.broker.disk.SimulatedDisk}, in main code because the log's tests, the testkit's users
 * and the simulator share it) that can lose unflushed writes, tear the last one, fail a write, a
 * read or a flush, flip bits and run out of space. All of storage is written against this interface
 * so that a crash after every single disk call can be tried ({@link
 * io.headrace.broker.disk.CrashAfterEveryCall}). {@link io.headrace.broker.disk.WatchedDisk} tells
 * how the files of another disk fare; {@link io.headrace.broker.disk.ForwardingDisk} is for disks
 * that stand before another one. Imports nothing of ours. Any thread may call; files are not locked
 * against concurrent writers, their owner in {@code log} serialises writes. Threads that call a
 * real file must not be interrupted: the JDK would close it for everybody.
 */
@NullMarked
package io.headrace.broker.disk;

import org.jspecify.annotations.NullMarked;
