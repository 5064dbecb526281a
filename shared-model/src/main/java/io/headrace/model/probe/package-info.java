/**
 * A health check for containers whose image has no HTTP client.
 *
 * <p>Entry: {@link io.headrace.model.probe.Probe}, a program of its own that the images run beside
 * the service. Imports nothing of the house, so that it starts in a moment.
 */
@NullMarked
package io.headrace.model.probe;

import org.jspecify.annotations.NullMarked;
