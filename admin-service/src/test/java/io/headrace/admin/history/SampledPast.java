package io.headrace.admin.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.admin.kafka.Committed;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.admin.kafka.LagSource;
import io.headrace.model.topic.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A week of samples in a moment, on the database of an admin-service; for H2 and PostgreSQL. */
public final class SampledPast {

    private static final long MINUTE_MS = 60_000;

    private final SampleStore store;
    private final ResetLog resets;
    private final JdbcTemplate jdbc;
    private final Brokers brokers = new Brokers();
    private final ManualClock clock = new ManualClock();
    private final List<Observed> shown = new ArrayList<>();
    private int epoch = 700;

    public SampledPast(ConfigurableApplicationContext admin) {
        this(
                admin.getBean(SampleStore.class),
                admin.getBean(ResetLog.class),
                admin.getBean(JdbcTemplate.class));
    }

    SampledPast(SampleStore store, ResetLog resets, JdbcTemplate jdbc) {
        this.store = store;
        this.resets = resets;
        this.jdbc = jdbc;
    }

    /** Groups as a test says they are. */
    static final class Brokers implements LagSource {
        final TreeMap<String, Map<TopicPartition, Committed>> groups = new TreeMap<>();
        final Map<TopicPartition, Long> ends = new TreeMap<>(KafkaAdmin.BY_NAME);
        int partitionsAsked;

        void set(String group, int partition, long committed, long end) {
            TopicPartition of = new TopicPartition("sampled", partition);
            groups.computeIfAbsent(group, id -> new TreeMap<>(KafkaAdmin.BY_NAME))
                    .put(of, new Committed(committed, ""));
            ends.put(of, end);
        }

        @Override
        public List<String> groups() {
            return List.copyOf(groups.keySet());
        }

        @Override
        public Map<String, Map<TopicPartition, Committed>> committed(Collection<String> asked) {
            Map<String, Map<TopicPartition, Committed>> found = new TreeMap<>(groups);
            found.keySet().retainAll(asked);
            return found;
        }

        @Override
        public Map<TopicPartition, Long> latestOfLed(Set<TopicPartition> partitions) {
            partitionsAsked += partitions.size();
            Map<TopicPartition, Long> found = new HashMap<>(ends);
            found.keySet().retainAll(partitions);
            return found;
        }
    }

    private static final class ManualClock extends Clock {
        private long nowMs = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMs);
        }
    }

    Brokers brokers() {
        return brokers;
    }

    List<Observed> shown() {
        return shown;
    }

    HistoryLimits limits(int partitionsPerRound) {
        return new HistoryLimits(
                Duration.ofMinutes(1),
                Duration.ofDays(7),
                Duration.ofDays(90),
                partitionsPerRound,
                1_000);
    }

    LagSampler sampler(int partitionsPerRound) {
        return new LagSampler(
                brokers,
                store,
                resets,
                () -> epoch,
                all -> {
                    shown.clear();
                    shown.addAll(all);
                },
                limits(partitionsPerRound),
                clock);
    }

    private void after(LagSampler sampler, long minutes) {
        clock.nowMs += minutes * MINUTE_MS;
        sampler.round();
    }

    private int rows() {
        Integer count = jdbc.queryForObject("select count(*) from offset_sample", Integer.class);
        return count == null ? -1 : count;
    }

    private List<LagHistory.Line> lines(String group, long fromMs, long toMs, long stepMs) {
        return new LagHistory(store, limits(1))
                .lines(
                        new LagHistory.Query(
                                group, Optional.empty(), Optional.empty(), fromMs, toMs, stepMs));
    }

    private List<Long> lags(String group, long fromMs, long toMs) {
        List<LagHistory.Line> lines = lines(group, fromMs, toMs, MINUTE_MS);
        return lines.isEmpty()
                ? List.of()
                : lines.getFirst().points().stream().map(LagHistory.Point::lag).toList();
    }

    /** A controller that woke up when another one was in office. */
    public void checkOldTerm() {
        LagSampler sampler = sampler(100);
        epoch = 800;
        brokers.set("termed", 0, 5, 10);
        sampler.round();
        int before = rows();
        epoch = 799;
        brokers.set("termed", 0, 6, 10);
        brokers.set("termed", 1, 1, 10);
        assertThatThrownBy(() -> after(sampler, 1)).isInstanceOf(OldTermException.class);
        brokers.groups.clear();
        assertThatThrownBy(() -> after(sampler, Duration.ofDays(8).toMinutes()))
                .isInstanceOf(OldTermException.class);
        assertThat(rows()).as("nothing is added, nothing expires").isEqualTo(before);
        assertThatThrownBy(() -> store.inTerm(799, () -> resets.expire(Long.MAX_VALUE)))
                .isInstanceOf(OldTermException.class);
        epoch = 801;
        brokers.set("termed", 0, 7, 10);
        after(sampler, 1);
        assertThatThrownBy(() -> store.takeOffice(800)).isInstanceOf(OldTermException.class);
        assertThat(jdbc.update("delete from offset_series where group_key = 'termed'")).isOne();
        assertThat(jdbc.update("update controller_term set epoch = 0 where id = 1")).isOne();
    }

    /** Changes are stored, what stays is not; gaps end; the old is forgotten. */
    public void check() {
        String group = "sampled-" + "g".repeat(400) + "\0/é";
        long startMs = clock.nowMs;
        LagSampler sampler = sampler(100);
        brokers.set(group, 0, 5, 10);
        sampler.round();
        int first = rows();
        after(sampler, 1);
        after(sampler, 1);
        assertThat(rows()).isEqualTo(first);
        brokers.set(group, 0, 8, 20);
        after(sampler, 1);
        assertThat(rows()).isEqualTo(first + 1);
        assertThat(lags(group, startMs, clock.nowMs)).containsExactly(5L, 5L, 5L, 12L);
        assertThat(shown)
                .containsExactly(new Observed(group, new TopicPartition("sampled", 0), 8, 20));

        epoch = 0;
        brokers.set(group, 0, 9, 21);
        after(sampler, 1);
        assertThat(rows()).as("only the controller samples").isEqualTo(first + 1);
        assertThat(shown).isEmpty();
        epoch = 700;

        LagSampler restarted = sampler(100);
        after(restarted, 1);
        assertThat(lags(group, startMs, clock.nowMs)).containsExactly(5L, 5L, 5L, 12L, 12L, 12L);
        after(restarted, 61);
        assertThat(rows()).as("a keyframe an hour").isEqualTo(first + 3);
        brokers.groups.clear();
        after(restarted, 1);
        assertThat(lags(group, clock.nowMs - MINUTE_MS, clock.nowMs + MINUTE_MS))
                .as("a deleted group has no lag any more")
                .containsExactly(12L);
        after(restarted, Duration.ofDays(8).toMinutes());
        assertThat(lags(group, startMs, startMs + 10 * MINUTE_MS)).isEmpty();
        assertThat(
                        jdbc.queryForObject(
                                "select count(*) from offset_series where topic = 'sampled'",
                                Integer.class))
                .isZero();
    }
}
