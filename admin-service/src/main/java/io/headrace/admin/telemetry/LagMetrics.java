package io.headrace.admin.telemetry;

import io.headrace.admin.history.LagSampler;
import io.headrace.admin.history.Observed;
import io.headrace.model.telemetry.GaugesByTags;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Lag of groups as of the last round of the sampler; nothing on instances that do not sample.
 *
 * <p>Bounds: series per group and partition, and sums per group and topic, are left out when they
 * are too many; {@code headrace_consumergroup_series_enabled} says so of the first.
 */
public final class LagMetrics implements MeterBinder {

    private final int lagsMax;
    private final int sumsMax;
    private volatile @Nullable Series series;
    private volatile int partitionSeries;

    /**
     * @param lagsMax with more groups times partitions than that, none has series of its own
     * @param sumsMax with more groups times topics than that, none has series of its own
     */
    public LagMetrics(int lagsMax, int sumsMax) {
        this.lagsMax = lagsMax;
        this.sumsMax = sumsMax;
    }

    private record GroupTopic(String group, String topic) {}

    private record Sum(long lag, long committed) {
        Sum plus(Sum other) {
            return new Sum(lag + other.lag(), committed + other.committed());
        }
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(
                        "headrace.consumergroup.series.enabled",
                        this,
                        m -> m.partitionSeries <= m.lagsMax ? 1 : 0)
                .register(registry);
        series = new Series(registry);
    }

    /** Counts the rounds that failed. */
    public static MeterBinder failures(LagSampler sampler) {
        return registry ->
                FunctionCounter.builder(
                                "headrace.admin.lag.failures", sampler, LagSampler::failureCount)
                        .register(registry);
    }

    /** What the sampler has seen last. */
    public void show(List<Observed> all) {
        Series to = series;
        partitionSeries = all.size();
        if (to != null) {
            to.show(all);
        }
    }

    private final class Series {
        private final GaugesByTags lag;
        private final GaugesByTags lagSum;
        private final GaugesByTags offset;
        private final GaugesByTags offsetSum;

        Series(MeterRegistry registry) {
            lag = new GaugesByTags(registry, "kafka.consumergroup.lag");
            lagSum = new GaugesByTags(registry, "kafka.consumergroup.lag.sum");
            offset = new GaugesByTags(registry, "kafka.consumergroup.current.offset");
            offsetSum = new GaugesByTags(registry, "kafka.consumergroup.current.offset.sum");
        }

        void show(List<Observed> all) {
            Map<Tags, Long> lags = new HashMap<>();
            Map<Tags, Long> offsets = new HashMap<>();
            Map<GroupTopic, Sum> sums = new TreeMap<>(LagMetrics::order);
            for (Observed one : all) {
                sums.merge(
                        new GroupTopic(one.group(), one.partition().topic()),
                        new Sum(one.lag(), one.committed()),
                        Sum::plus);
                if (all.size() <= lagsMax) {
                    Tags tags =
                            tags(one.group(), one.partition().topic())
                                    .and(
                                            "partition",
                                            Integer.toString(one.partition().partition()));
                    lags.put(tags, one.lag());
                    offsets.put(tags, one.committed());
                }
            }
            lag.show(lags);
            offset.show(offsets);
            showSums(sums);
        }

        private void showSums(Map<GroupTopic, Sum> sums) {
            Map<Tags, Long> lags = new HashMap<>();
            Map<Tags, Long> offsets = new HashMap<>();
            if (sums.size() <= sumsMax) {
                sums.forEach(
                        (of, sum) -> {
                            Tags tags = tags(of.group(), of.topic());
                            lags.put(tags, sum.lag());
                            offsets.put(tags, sum.committed());
                        });
            }
            lagSum.show(lags);
            offsetSum.show(offsets);
        }
    }

    private static int order(GroupTopic a, GroupTopic b) {
        int byGroup = a.group().compareTo(b.group());
        return byGroup != 0 ? byGroup : a.topic().compareTo(b.topic());
    }

    private static Tags tags(String group, String topic) {
        return Tags.of("consumergroup", group, "topic", topic);
    }
}
