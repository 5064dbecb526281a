/**
 * The machine that a run makes for itself out of this one: namespaces on a bridge, small disks that
 * lose power, processes inside them; and what takes all of it away again.
 *
 * <p>Entry: {@link io.headrace.system.machine.Machine}. It needs root and Linux's {@code ip},
 * {@code iptables}, {@code losetup}, {@code mkfs.ext4} and {@code nsenter}. Everything is entered
 * in the run's folder before it is made, so that {@code cleanup.sh} can undo it whoever died: it is
 * run at the end, by a watchdog when this process is gone, and for dead runs when the next one
 * starts. One thread; processes may be signalled from any. Imports nothing of ours.
 */
@NullMarked
package io.headrace.system.machine;

import org.jspecify.annotations.NullMarked;
