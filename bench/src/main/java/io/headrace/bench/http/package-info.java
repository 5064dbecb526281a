/**
 * Load on the HTTP front door of a running platform: produce, consume, start-up, memory.
 *
 * <p>Entry: {@link io.headrace.bench.http.HttpBench}. Figures of the best known other HTTP front
 * are data in {@code peer-figures.json}; they were measured in another run and are printed as such.
 */
@NullMarked
package io.headrace.bench.http;

import org.jspecify.annotations.NullMarked;
