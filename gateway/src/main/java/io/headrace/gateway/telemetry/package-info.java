/**
 * The names of the gateway's metrics, in one place, and its health.
 *
 * <p>Entries: {@link io.headrace.gateway.telemetry.GatewayMetrics}, {@link
 * io.headrace.gateway.telemetry.ClusterHealth}. Imports model only.
 */
@NullMarked
package io.headrace.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
