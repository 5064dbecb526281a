/**
 * Records out, without a group: a page of records by offset or time, or a stream that follows the
 * log.
 *
 * <p>Entry: {@link io.headrace.gateway.consume.ConsumeResource}. The way of a page: raw batches
 * from the leader → {@code PageWriter} encodes record by record, bytes to bytes → one buffer to the
 * client. A stream is one page after another, each fetched when the one before it was written, so a
 * client that does not read holds one page. Runs on event loops. Imports {@code http}, {@code
 * json}, {@code route}, {@code telemetry}.
 */
@NullMarked
package io.headrace.gateway.consume;

import org.jspecify.annotations.NullMarked;
