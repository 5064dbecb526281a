/**
 * The cluster as everybody sees it: one immutable {@link io.headrace.model.cluster.ClusterImage},
 * replaced as a whole when ZooKeeper says that something changed.
 *
 * <p>The image is built by {@code coordination} and read by all services. Imports {@code topic}
 * only.
 */
@NullMarked
package io.headrace.model.cluster;

import org.jspecify.annotations.NullMarked;
