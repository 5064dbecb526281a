package io.headrace.admin.group;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.Committed;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * Decides where offsets go, from what is known of the group and of the logs: no calls, no clock.
 *
 * <p>What lies outside a log is moved to its nearer end, as Kafka's tool does, and the plan says
 * so.
 *
 * @param current what the group has committed
 * @param starts log start offsets
 * @param ends high watermarks
 * @param found offsets of the asked time; {@link KafkaAdmin#NO_OFFSET} where no record is as young
 */
record OffsetPlan(
        Map<TopicPartition, Committed> current,
        Map<TopicPartition, Long> starts,
        Map<TopicPartition, Long> ends,
        Map<TopicPartition, Long> found) {

    private record Wanted(long offset, String metadata, Optional<String> note) {
        Wanted(long offset) {
            this(offset, "", Optional.empty());
        }
    }

    List<PlannedOffset> of(OffsetTarget target, NavigableSet<TopicPartition> partitions) {
        List<PlannedOffset> plan = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            plan.add(
                    wanted(target, partition)
                            .map(wanted -> moved(partition, wanted))
                            .orElseGet(() -> forgotten(partition)));
        }
        return List.copyOf(plan);
    }

    private Optional<Wanted> wanted(OffsetTarget target, TopicPartition partition) {
        return switch (target) {
            case OffsetTarget.Earliest() -> Optional.of(new Wanted(start(partition)));
            case OffsetTarget.Latest() -> Optional.of(new Wanted(end(partition)));
            case OffsetTarget.To(long offset) -> Optional.of(new Wanted(offset));
            case OffsetTarget.AtTime(long _) -> Optional.of(atTime(partition));
            case OffsetTarget.ShiftBy(long count) ->
                    Optional.of(new Wanted(saturatedSum(committed(partition), count)));
            case OffsetTarget.Each(Map<TopicPartition, Committed> offsets) ->
                    Optional.ofNullable(offsets.get(partition))
                            .map(c -> new Wanted(c.offset(), c.metadata(), Optional.empty()));
            case OffsetTarget.Forgotten() -> Optional.empty();
        };
    }

    private Wanted atTime(TopicPartition partition) {
        long offset = found.getOrDefault(partition, KafkaAdmin.NO_OFFSET);
        return offset >= 0
                ? new Wanted(offset)
                : new Wanted(
                        end(partition),
                        "",
                        Optional.of("no record is that young; the end is taken"));
    }

    private long committed(TopicPartition partition) {
        Committed committed = current.get(partition);
        if (committed == null) {
            throw V3Exception.badRequest(
                    "'shift_by' needs a committed offset, and "
                            + partition
                            + " has none in this group");
        }
        return committed.offset();
    }

    private PlannedOffset moved(TopicPartition partition, Wanted wanted) {
        long start = start(partition);
        long end = end(partition);
        long offset = Math.clamp(wanted.offset(), start, Math.max(start, end));
        Optional<String> note = wanted.note();
        if (wanted.offset() < start) {
            note = Optional.of(wanted.offset() + " lies before the log, which starts at " + start);
        } else if (wanted.offset() > end) {
            note = Optional.of(wanted.offset() + " lies behind the log, which ends at " + end);
        }
        return new PlannedOffset(
                partition,
                Optional.ofNullable(current.get(partition)),
                Optional.of(new Committed(offset, wanted.metadata())),
                start,
                end,
                offset != wanted.offset(),
                note);
    }

    private PlannedOffset forgotten(TopicPartition partition) {
        return new PlannedOffset(
                partition,
                Optional.ofNullable(current.get(partition)),
                Optional.empty(),
                start(partition),
                end(partition),
                false,
                Optional.of("nothing is committed afterwards: auto.offset.reset decides"));
    }

    private long start(TopicPartition partition) {
        return starts.getOrDefault(partition, 0L);
    }

    private long end(TopicPartition partition) {
        return ends.getOrDefault(partition, 0L);
    }

    private static long saturatedSum(long offset, long count) {
        long sum = offset + count;
        return count > 0 && sum < offset ? Long.MAX_VALUE : sum;
    }
}
