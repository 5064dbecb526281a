/**
 * Names and sources of the admin-service's metrics, and its health.
 *
 * <p>Entries: {@link io.headrace.admin.telemetry.AdminMetrics}, {@link
 * io.headrace.admin.telemetry.LagMetrics}, {@link io.headrace.admin.telemetry.WatchedRegistry}
 * (series are brought up to date before each scrape) and the health indicators. Names are those
 * that existing Kafka dashboards query. Imports {@code controller}, {@code history} and {@code
 * audit}.
 */
@NullMarked
package io.headrace.admin.telemetry;

import org.jspecify.annotations.NullMarked;
