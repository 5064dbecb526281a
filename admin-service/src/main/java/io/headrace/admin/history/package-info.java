/**
 * The past of committed offsets: how lag went, and what each reset changed.
 *
 * <p>Entries: {@link io.headrace.admin.history.LagSampler} (asks the brokers at an interval, on the
 * controller only), {@link io.headrace.admin.history.LagHistory} (lag over time), {@link
 * io.headrace.admin.history.ResetLog} (what an undo needs).
 *
 * <p>A sample is stored when something changed since the last one of its series, and once per
 * keyframe, so that an idle group costs next to nothing and a reader looks back no further than
 * that. A round asks for a page of groups at a time and observes a bounded number of partitions;
 * the next round goes on where it stopped.
 *
 * <p>Owner: the thread {@code lag-sampler} writes samples, in the name of a controller epoch that
 * the database checks; anybody writes resets. With the database down rounds go on for the metrics
 * and nothing is kept. Imports {@code kafka}, {@code audit} (who called) and {@code envelope}.
 * Decision 17.
 */
@NullMarked
package io.headrace.admin.history;

import org.jspecify.annotations.NullMarked;
