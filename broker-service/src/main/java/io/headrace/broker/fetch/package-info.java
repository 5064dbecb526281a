/**
 * From a log slice to a socket: {@link io.headrace.broker.fetch.SliceLoader} makes sure that the
 * bytes are in the page cache, {@link io.headrace.broker.fetch.SliceRegion} lets {@code sendfile}
 * take them from there, and {@link io.headrace.broker.fetch.SlowReaders} that they are taken.
 * Shared by the Kafka listener and HTTP; may import {@code log}.
 */
@NullMarked
package io.headrace.broker.fetch;

import org.jspecify.annotations.NullMarked;
