/**
 * Names and sources of the admin-service's metrics, and its health.
 *
 * <p>Entries: {@link io.headrace.admin.telemetry.AdminMetrics} and the health indicators. Names are
 * those that existing Kafka dashboards query. Imports {@code controller} and {@code audit}.
 */
@NullMarked
package io.headrace.admin.telemetry;

import org.jspecify.annotations.NullMarked;
