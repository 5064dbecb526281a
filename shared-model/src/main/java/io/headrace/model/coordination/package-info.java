/**
 * The one place that knows ZooKeeper: the map of every znode with its payload, and the Curator
 * adapters on top.
 *
 * <p>Entries: {@link io.headrace.model.coordination.ZkPaths} (the map), {@code ClusterWatch}
 * (builds the {@link io.headrace.model.cluster.ClusterImage}), {@code Registration} (own ephemeral
 * node), {@code EmbeddedZooKeeper}. Imports {@code cluster} and {@code topic}.
 */
@NullMarked
package io.headrace.model.coordination;

import org.jspecify.annotations.NullMarked;
