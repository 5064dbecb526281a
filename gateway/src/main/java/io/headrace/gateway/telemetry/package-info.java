/**
 * The names of the gateway's metrics, in one place, its health, and the traces that requests and
 * records are a part of.
 *
 * <p>Entries: {@link io.headrace.gateway.telemetry.GatewayMetrics}, {@link
 * io.headrace.gateway.telemetry.ClusterHealth}, {@link io.headrace.gateway.telemetry.TraceContext},
 * {@link io.headrace.gateway.telemetry.Tracing}. Imports model only.
 */
@NullMarked
package io.headrace.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
