/**
 * Clusters and brokers over the v3 REST API, read from the cluster image.
 *
 * <p>Entries: the {@code *Resource} classes. Imports {@code topic} (its replica view) and {@code
 * envelope}.
 */
@NullMarked
package io.headrace.admin.broker;

import org.jspecify.annotations.NullMarked;
