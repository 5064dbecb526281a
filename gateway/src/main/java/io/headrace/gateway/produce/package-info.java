/**
 * Records in: one request becomes one record batch per partition (more only where a batch would
 * pass the topic's {@code max.message.bytes}), appended through the partition's leader.
 *
 * <p>Entry: {@link io.headrace.gateway.produce.ProduceResource}. The way of a request: the body's
 * bytes → {@code RecordsBody}, {@code NdjsonBody} or {@code PlainBody} cut records out of them →
 * {@code ProduceBatches} copies each into its partition's batch → {@code ProduceReply} tells each
 * record's fate, in order. A body that is wrong anywhere appends nothing. Runs on the connection's
 * event loop. Imports {@code http}, {@code json}, {@code route}, {@code telemetry}.
 */
@NullMarked
package io.headrace.gateway.produce;

import org.jspecify.annotations.NullMarked;
