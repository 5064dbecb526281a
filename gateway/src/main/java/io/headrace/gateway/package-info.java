/**
 * The gateway: the front door. Produce and consume over plain HTTP, metadata, and the way to the
 * admin-service.
 *
 * <p>Entry: {@link io.headrace.gateway.GatewayApplication}. Rooms: {@code http} (one request: its
 * target, body, errors, the table of routes), {@code json} (bytes in, bytes out), {@code route}
 * (brokers and admin-services, found by the cluster image), {@code produce}, {@code consume},
 * {@code metadata}, {@code telemetry}, {@code wiring}. Spring is known in this package, {@code
 * telemetry} and {@code wiring} only.
 */
@NullMarked
package io.headrace.gateway;

import org.jspecify.annotations.NullMarked;
