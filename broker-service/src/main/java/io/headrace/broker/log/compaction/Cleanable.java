package io.headrace.broker.log.compaction;

import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.SealedSegment;
import java.io.IOException;
import java.util.List;

/**
 * What there is to clean in a log.
 *
 * <pre>
 *   log start        first dirty            first uncleanable        log end
 *   |---- clean -----|------- dirty --------|--- young, uncommitted, active segment ---|
 * </pre>
 *
 * @param segments sealed segments below {@code firstUncleanable}
 * @param isOverdue whether {@code max.compaction.lag.ms} has passed for a dirty record
 */
record Cleanable(
        PartitionLog log,
        List<SealedSegment> segments,
        long firstDirty,
        long firstUncleanable,
        long cleanBytes,
        long dirtyBytes,
        boolean isOverdue) {

    static Cleanable of(PartitionLog log, long nowMs) throws IOException {
        LogConfig.Compaction config = log.config().compaction();
        long start = log.logStartOffset();
        long cleaned = log.sealedSegments().cleanedOffset();
        long firstDirty = cleaned > log.logEndOffset() ? start : Math.max(start, cleaned);
        List<SealedSegment> sealed = log.sealedSegments().sealed();
        long committed = log.highWatermark();
        long firstUncleanable = start;
        long clean = 0;
        long dirty = 0;
        boolean isOverdue = false;
        int count = 0;
        for (SealedSegment segment : sealed) {
            boolean isDirty = segment.nextOffset() > firstDirty;
            boolean isYoung =
                    isDirty
                            && config.lagMsMin() > 0
                            && segment.largestTimestampMs() > nowMs - config.lagMsMin();
            if (segment.nextOffset() > committed || isYoung) {
                break;
            }
            count++;
            firstUncleanable = Math.max(firstUncleanable, segment.nextOffset());
            if (isDirty) {
                dirty += segment.sizeInBytes();
                isOverdue |= isOlder(segment, nowMs, config.lagMsMax());
            } else {
                clean += segment.sizeInBytes();
            }
        }
        return new Cleanable(
                log,
                sealed.subList(0, count),
                firstDirty,
                Math.max(firstDirty, firstUncleanable),
                clean,
                dirty,
                isOverdue);
    }

    private static boolean isOlder(SealedSegment segment, long nowMs, long lagMsMax) {
        return lagMsMax != Long.MAX_VALUE
                && segment.firstTimestampMs() >= 0
                && nowMs - segment.firstTimestampMs() > lagMsMax;
    }

    double dirtyRatio() {
        long total = cleanBytes + dirtyBytes;
        return total == 0 ? 0 : (double) dirtyBytes / total;
    }

    boolean isDue() {
        return dirtyBytes > 0
                && (isOverdue || dirtyRatio() >= log.config().compaction().dirtyRatioMin());
    }
}
