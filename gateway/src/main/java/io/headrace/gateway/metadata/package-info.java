/**
 * What there is: brokers, topics, partitions, offsets, in the v2 convention, read from the cluster
 * image (offsets from the partition's leader).
 *
 * <p>Entry: {@link io.headrace.gateway.metadata.MetadataResource}. Imports {@code http}, {@code
 * json}, {@code route}.
 */
@NullMarked
package io.headrace.gateway.metadata;

import org.jspecify.annotations.NullMarked;
