/**
 * Headrace as it is run in production, on the hosts of a run: three ZooKeepers, two admin-services,
 * a gateway and brokers, each a process of its own from the packaged jar.
 *
 * <p>Entry: {@link io.headrace.system.cluster.Cluster}; {@link io.headrace.system.cluster.Node} is
 * one process that can be killed, paused, stopped and started; {@link
 * io.headrace.system.cluster.AdminView} is what the admin API says. Faults come from one thread.
 * May import {@code machine}.
 */
@NullMarked
package io.headrace.system.cluster;

import org.jspecify.annotations.NullMarked;
