/**
 * Traces sent to a collector; the only room that knows OpenTelemetry, and nothing of it is loaded
 * unless a collector is named (decision 25).
 *
 * <p>Entry: {@link io.headrace.gateway.telemetry.otlp.OtlpTracing}. Imports {@code telemetry}.
 */
@NullMarked
package io.headrace.gateway.telemetry.otlp;

import org.jspecify.annotations.NullMarked;
