/** Metrics that every service shows. */
@NullMarked
package io.headrace.model.telemetry;

import org.jspecify.annotations.NullMarked;
