package io.headrace.admin.history;

import java.time.Duration;

/**
 * How much past is kept.
 *
 * @param interval between two rounds; zero means no history of lag
 * @param retention of samples
 * @param resetRetention of resets: how long one can be undone
 * @param partitionsPerRound that are looked at, counted once per group
 * @param seriesMax groups times partitions that are kept in memory
 */
public record HistoryLimits(
        Duration interval,
        Duration retention,
        Duration resetRetention,
        int partitionsPerRound,
        int seriesMax) {

    private static final Duration KEYFRAME_MAX = Duration.ofHours(1);

    /** After so long a sample is stored although nothing changed. */
    Duration keyframe() {
        Duration quarter = retention.dividedBy(4);
        return quarter.compareTo(KEYFRAME_MAX) < 0 ? quarter : KEYFRAME_MAX;
    }

    /** For so long a sample stands for what came after it. */
    Duration validity() {
        return keyframe().plus(interval.multipliedBy(3));
    }
}
