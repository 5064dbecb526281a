/**
 * One HTTP request at the front door: its target, its body within the memory budget, the table of
 * routes, and the one error body.
 *
 * <p>Entries: {@link io.headrace.gateway.http.FrontDoor} (routes to endpoints), {@link
 * io.headrace.gateway.http.Call} (what an endpoint sees), {@link
 * io.headrace.gateway.http.HttpFailure} (how it fails). The hot paths stand on Reactor Netty
 * itself: Spring's dispatcher serves actuator and OpenAPI on the same port. Everything runs on
 * event loops and never blocks. Imports {@code json} and {@code telemetry}.
 */
@NullMarked
package io.headrace.gateway.http;

import org.jspecify.annotations.NullMarked;
