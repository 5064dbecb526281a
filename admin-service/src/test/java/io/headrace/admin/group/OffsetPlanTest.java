package io.headrace.admin.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.Committed;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.model.topic.TopicPartition;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OffsetPlanTest {

    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    private static NavigableSet<TopicPartition> orders() {
        NavigableSet<TopicPartition> set = new TreeSet<>(KafkaAdmin.BY_NAME);
        set.add(ORDERS);
        return set;
    }

    private static OffsetPlan plan(long start, long end, long committed) {
        return new OffsetPlan(
                Map.of(ORDERS, new Committed(committed, "")),
                Map.of(ORDERS, start),
                Map.of(ORDERS, end),
                Map.of(ORDERS, KafkaAdmin.NO_OFFSET));
    }

    @ParameterizedTest
    @CsvSource({
        // start, end, committed, wanted -> new, reread, skipped, clamped
        "0, 100, 40, 10, 10, 30, 0, false",
        "0, 100, 40, 90, 90, 0, 50, false",
        "0, 100, 40, 40, 40, 0, 0, false",
        "20, 100, 40, 10, 20, 20, 0, true",
        "0, 100, 40, 101, 100, 0, 60, true",
        "0, 100, 40, 100, 100, 0, 60, false",
        "50, 100, 40, 70, 70, 0, 20, false", // committed fell off the log
        "0, 30, 40, 10, 10, 20, 0, false", // committed lies behind the log
        "30, 30, 30, 5, 30, 0, 0, true",
    })
    void anOffsetIsMovedIntoTheLog(
            long start,
            long end,
            long committed,
            long wanted,
            long offset,
            long reread,
            long skipped,
            boolean clamped) {
        PlannedOffset planned =
                plan(start, end, committed).of(new OffsetTarget.To(wanted), orders()).getFirst();
        assertThat(planned.target()).contains(new Committed(offset, ""));
        assertThat(planned.rereadCount()).isEqualTo(reread);
        assertThat(planned.skippedCount()).isEqualTo(skipped);
        assertThat(planned.isClamped()).isEqualTo(clamped);
        assertThat(planned.note().isPresent()).isEqualTo(clamped);
    }

    @Test
    void everyPlanEndsInsideTheLogWhateverIsAsked() {
        long seed = Long.getLong("headrace.seed", 20261123);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            long start = random.nextLong(0, 1000);
            long end = start + random.nextLong(0, 1000);
            long shift = random.nextBoolean() ? random.nextLong() : random.nextLong(-2000, 2000);
            OffsetTarget target =
                    random.nextBoolean()
                            ? new OffsetTarget.ShiftBy(shift)
                            : new OffsetTarget.To(shift & Long.MAX_VALUE);
            PlannedOffset planned =
                    plan(start, end, random.nextLong(0, 3000)).of(target, orders()).getFirst();
            assertThat(planned.target().orElseThrow().offset())
                    .as("seed %d, round %d", seed, i)
                    .isBetween(start, end);
            assertThat(planned.rereadCount() * planned.skippedCount()).isZero();
        }
    }

    @Test
    void aShiftNeedsSomethingToShift() {
        OffsetPlan none = new OffsetPlan(Map.of(), Map.of(), Map.of(), Map.of());
        assertThatThrownBy(() -> none.of(new OffsetTarget.ShiftBy(1), orders()))
                .isInstanceOf(V3Exception.class)
                .hasMessageContaining("orders-0 has none");
    }

    @Test
    void aTimeThatNoRecordHasIsTheEnd() {
        PlannedOffset planned = plan(0, 9, 3).of(new OffsetTarget.AtTime(5), orders()).getFirst();
        assertThat(planned.target().orElseThrow().offset()).isEqualTo(9);
        assertThat(planned.note()).contains("no record is that young; the end is taken");
    }
}
