package io.headrace.admin.group;

import io.headrace.admin.kafka.Committed;
import io.headrace.model.topic.TopicPartition;
import java.util.Optional;

/**
 * What is to become of the committed offset of one partition.
 *
 * <p>Bounds: {@code logStart <= target.offset <= logEnd}.
 *
 * @param current before; absent where nothing is committed
 * @param target afterwards; absent where it is to be forgotten
 * @param logStart first offset of the log
 * @param logEnd high watermark
 * @param isClamped whether what was asked for lies outside the log
 * @param note what a person should know
 */
record PlannedOffset(
        TopicPartition partition,
        Optional<Committed> current,
        Optional<Committed> target,
        long logStart,
        long logEnd,
        boolean isClamped,
        Optional<String> note) {

    /** Offsets that will be read again; in a compacted log there are fewer records than offsets. */
    long rereadCount() {
        return current.isPresent() && target.isPresent()
                ? Math.max(0, Math.min(current.get().offset(), logEnd) - target.get().offset())
                : 0;
    }

    /** Offsets that will not be read at all. */
    long skippedCount() {
        return current.isPresent() && target.isPresent()
                ? Math.max(0, target.get().offset() - Math.max(current.get().offset(), logStart))
                : 0;
    }
}
