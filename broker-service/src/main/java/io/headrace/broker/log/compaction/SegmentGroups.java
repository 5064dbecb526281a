package io.headrace.broker.log.compaction;

import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.SealedSegment;
import java.util.ArrayList;
import java.util.List;

/** Which neighbouring segments become one: as many as fit if nothing of them is dropped. */
final class SegmentGroups {

    private SegmentGroups() {}

    static List<List<SealedSegment>> of(List<SealedSegment> segments, LogConfig.Segments config) {
        List<List<SealedSegment>> groups = new ArrayList<>();
        List<SealedSegment> group = new ArrayList<>();
        long bytes = 0;
        for (SealedSegment segment : segments) {
            boolean fits =
                    !group.isEmpty()
                            && bytes + segment.sizeInBytes() <= config.bytesMax()
                            && indexBytes(bytes + segment.sizeInBytes(), config)
                                    <= config.indexBytesMax()
                            && segment.nextOffset() - group.getFirst().baseOffset()
                                    <= Integer.MAX_VALUE;
            if (!fits && !group.isEmpty()) {
                groups.add(List.copyOf(group));
                group.clear();
                bytes = 0;
            }
            group.add(segment);
            bytes += segment.sizeInBytes();
        }
        if (!group.isEmpty()) {
            groups.add(List.copyOf(group));
        }
        return groups;
    }

    /** The most that an index of so many bytes of log can take: 12 bytes per interval. */
    private static long indexBytes(long bytes, LogConfig.Segments config) {
        return 12 * (bytes / Math.max(1, config.indexIntervalBytes()) + 1);
    }
}
