/**
 * This broker's place in the cluster: its registration, the newest image, and the work of becoming
 * what the image says.
 *
 * <p>Entry: {@link io.headrace.broker.cluster.Membership} (ZooKeeper in and out), {@link
 * io.headrace.broker.cluster.Converger} (image to replicas), {@link
 * io.headrace.broker.cluster.ReplicaHost} (the port that {@code replica} implements), {@link
 * io.headrace.broker.cluster.IsrWriter} (what leaders want their in-sync replicas to be).
 *
 * <p>Owner: one thread, {@code broker-converger}, decides about replicas, and helpers of it open
 * many at a time; it always works on the newest image, so images that come faster than they can be
 * applied cost nothing. A step that fails is tried again with growing pauses. The thread {@code
 * broker-isr-writer} writes states. May import the model.
 *
 * <p>Safety: files are given up only for a tombstone that names the topic's id, or when the image
 * names the partition with an assignment to others. A topic that is merely missing from the image
 * keeps its files.
 */
@NullMarked
package io.headrace.broker.cluster;

import org.jspecify.annotations.NullMarked;
