/**
 * The load of a run: stock Kafka clients and HTTP clients that note what they do in the history.
 *
 * <p>Entry: {@link io.headrace.system.load.Load}. Every worker has one thread of its own; what they
 * share is the {@link io.headrace.system.load.Journal}, which any thread may write. May import
 * {@code history}; of the services only the paths of their znodes ({@code ZkPaths}).
 */
@NullMarked
package io.headrace.system.load;

import org.jspecify.annotations.NullMarked;
