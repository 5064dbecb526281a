/**
 * The broker's own HTTP API: raw record batches in and out, for gateways, tools and other services.
 *
 * <p>Entry: {@link io.headrace.broker.http.BrokerRoutes}, mounted in front of WebFlux on the same
 * Reactor Netty server (why: docs/decisions). Paths, parameters, headers and media type are those
 * of {@link io.headrace.model.record.BatchesHttp} and docs; every error is one {@link
 * io.headrace.broker.http.Problem}.
 *
 * <p>Threads: a request lives on the event loop of its connection. It leaves it only to load cold
 * bytes (bounded workers) and comes back for everything else, so that a reply and the end of a
 * connection never race. No event loop waits for a lock, a flush or the device.
 *
 * <p>Memory: request bodies count against {@link io.headrace.broker.http.BytesInFlight}; fetched
 * bytes stay in the page cache and go out by {@code sendfile}. May import {@code log}, {@code
 * cluster}, {@code replica}, {@code telemetry} and the model.
 */
@NullMarked
package io.headrace.broker.http;

import org.jspecify.annotations.NullMarked;
