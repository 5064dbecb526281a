package io.headrace.broker.log;

import java.io.IOException;

/**
 * Whether a segment is older than {@code segment.ms}, less a jitter that differs from segment to
 * segment so that not all logs roll at once.
 *
 * <p>As in Kafka, age is counted between record timestamps where the first batch has one, and
 * otherwise by the wall clock from when this broker created or opened the segment.
 */
final class SegmentAge {

    private SegmentAge() {}

    static boolean isOver(Segment segment, LogState state, long maxTimestamp, long nowMs)
            throws IOException {
        LogConfig.Segments config = state.config.segments();
        long first = segment.times().first();
        long age =
                first < 0
                        ? nowMs - segment.activeSinceMs()
                        : (maxTimestamp >= 0 ? maxTimestamp : nowMs) - first;
        return age > config.ageMsMax() - jitterMs(segment, state, config);
    }

    private static long jitterMs(Segment segment, LogState state, LogConfig.Segments config) {
        long bound = Math.min(config.jitterMs(), config.ageMsMax());
        if (bound <= 0) {
            return 0;
        }
        long mixed =
                (state.partition.hashCode() * 31L + segment.baseOffset()) * 0x9E3779B97F4A7C15L;
        return Math.floorMod(mixed ^ (mixed >>> 32), bound);
    }
}
