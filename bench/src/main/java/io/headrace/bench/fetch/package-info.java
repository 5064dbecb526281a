/**
 * Raw batch fetches over the broker's HTTP API against nginx serving the same segment file with
 * {@code sendfile}.
 *
 * <p>Entry: {@link io.headrace.bench.fetch.FetchBench}. Mirrors {@code io.headrace.broker.http}.
 */
@NullMarked
package io.headrace.bench.fetch;

import org.jspecify.annotations.NullMarked;
