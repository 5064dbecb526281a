package io.headrace.admin.group;

import io.headrace.admin.kafka.Committed;
import io.headrace.model.topic.TopicPartition;
import java.util.Map;

/** Where committed offsets shall go. */
sealed interface OffsetTarget {

    /** To the first record there is. */
    record Earliest() implements OffsetTarget {}

    /** Behind the last record there is. */
    record Latest() implements OffsetTarget {}

    /** To the same offset in every partition. */
    record To(long offset) implements OffsetTarget {}

    /** To the first record that is as young, or behind the last one. */
    record AtTime(long timestampMs) implements OffsetTarget {}

    /** Forward, or back if negative, from what is committed. */
    record ShiftBy(long count) implements OffsetTarget {}

    /** To an offset for each partition; where there is none, it is forgotten. */
    record Each(Map<TopicPartition, Committed> offsets) implements OffsetTarget {}

    /** Nowhere: as if the group had never committed. */
    record Forgotten() implements OffsetTarget {}
}
