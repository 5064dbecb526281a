/**
 * Puts the gateway together: settings, clients, routes, start and stop.
 *
 * <p>Entry: {@link io.headrace.gateway.wiring.GatewayConfiguration}. Imports every other room;
 * nothing imports it.
 */
@NullMarked
package io.headrace.gateway.wiring;

import org.jspecify.annotations.NullMarked;
