/**
 * Metrics that every service shows, and troubles: what goes wrong around a service leaves the same
 * marks in metrics, server log and health whatever it is.
 *
 * <p>Entries: {@link io.headrace.model.telemetry.Troubles}, where a trouble is noted; {@link
 * io.headrace.model.telemetry.TroubleWatch}, whose thread looks for those that nobody meets in
 * passing; {@link io.headrace.model.telemetry.GaugesByTags}, for series that come and go. Imports
 * nothing of ours.
 */
@NullMarked
package io.headrace.model.telemetry;

import org.jspecify.annotations.NullMarked;
