/**
 * The partition log against the plain file below it: append, sequential read into a socket, and
 * what lookups and appends cost when the log has grown; JMH for allocations.
 *
 * <p>Entry: {@link io.headrace.bench.log.LogBench}. Mirrors {@code io.headrace.broker.log}.
 */
@NullMarked
package io.headrace.bench.log;

import org.jspecify.annotations.NullMarked;
