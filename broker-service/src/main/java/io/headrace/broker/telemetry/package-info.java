/**
 * Names: of every metric this broker publishes and of every key in its server log; and its health.
 *
 * <p>Entries: {@link io.headrace.broker.telemetry.BrokerMetrics}, {@link
 * io.headrace.broker.telemetry.MetricNames}, {@link io.headrace.broker.telemetry.LogKeys}. Names
 * are those that dashboards for Kafka query. Imports nothing of ours; gauges ask through the port
 * {@link io.headrace.broker.telemetry.BrokerFigures}. Any thread.
 */
@NullMarked
package io.headrace.broker.telemetry;

import org.jspecify.annotations.NullMarked;
