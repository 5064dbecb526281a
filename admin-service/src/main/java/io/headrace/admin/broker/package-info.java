/**
 * Clusters and brokers over the v3 REST API: read from the cluster image; cordoned, drained and
 * evened out through the controller, with audit.
 *
 * <p>Entries: the {@code *Resource} classes.
 */
@NullMarked
package io.headrace.admin.broker;

import org.jspecify.annotations.NullMarked;
