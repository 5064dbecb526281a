package io.headrace.broker.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;

/**
 * The broker's metrics.
 *
 * <p>Bounds: at most {@link #TOPICS_MAX} topics have series of their own, later ones are counted
 * for the broker only; a broker with more than {@link #PARTITION_SERIES_MAX} partitions publishes
 * no log sizes, and says so in a gauge.
 */
public final class BrokerMetrics {

    static final int TOPICS_MAX = 1_000;
    static final int PARTITION_SERIES_MAX = 5_000;

    private final MeterRegistry registry;
    private final TopicTraffic whole;
    private final ConcurrentHashMap<String, TopicTraffic> topics = new ConcurrentHashMap<>();
    private final MultiGauge logSizes;
    private final AtomicInteger seriesLeftOut = new AtomicInteger();

    public BrokerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.whole = new TopicTraffic(registry, Tags.empty(), null);
        this.logSizes = MultiGauge.builder(MetricNames.LOG_SIZE).register(registry);
        Gauge.builder(
                        MetricNames.PARTITION_SERIES_LEFT_OUT,
                        seriesLeftOut,
                        AtomicInteger::doubleValue)
                .register(registry);
    }

    /** Traffic of a topic that exists; use {@link #unknownTopic} for names out of requests. */
    public TopicTraffic topic(String topic) {
        TopicTraffic known = topics.get(topic);
        if (known != null) {
            return known;
        }
        if (topics.size() >= TOPICS_MAX) {
            return whole;
        }
        return topics.computeIfAbsent(
                topic,
                name -> new TopicTraffic(registry, Tags.of(MetricNames.TAG_TOPIC, name), whole));
    }

    /** Requests that name no topic of ours: counted for the broker, never by name. */
    public TopicTraffic unknownTopic() {
        return whole;
    }

    /** Publishes the gauges. */
    public void watch(BrokerFigures figures) {
        gauge(MetricNames.PARTITION_COUNT, figures, f -> f.replicas().partitions());
        gauge(MetricNames.LEADER_COUNT, figures, f -> f.replicas().leaders());
        gauge(MetricNames.UNDER_REPLICATED, figures, f -> f.replicas().underReplicated());
        gauge(MetricNames.UNDER_MIN_ISR, figures, f -> f.replicas().underMinIsr());
        counter(MetricNames.ISR_SHRINKS, figures, BrokerFigures::isrShrinks);
        counter(MetricNames.ISR_EXPANDS, figures, BrokerFigures::isrExpansions);
        gauge(MetricNames.OFFLINE_REPLICAS, figures, f -> f.replicas().offline());
        gauge(MetricNames.OFFLINE_LOG_DIRECTORIES, figures, BrokerFigures::offlineLogDirectories);
        gauge(MetricNames.PARKED_FETCHES, figures, BrokerFigures::parkedFetches);
        gauge(MetricNames.BYTES_IN_FLIGHT, figures, BrokerFigures::requestBytesInFlight);
        gauge(MetricNames.DISK_NEARLY_FULL, figures, f -> f.isDiskNearlyFull() ? 1 : 0);
        gauge(MetricNames.STRAY_REPLICAS, figures, BrokerFigures::strayReplicas);
        gauge(MetricNames.DAMAGED_SEGMENTS, figures, f -> f.scrubbing().standing());
        counter(MetricNames.REPAIRED_SEGMENTS, figures, f -> f.scrubbing().repaired());
        counter(MetricNames.SCRUBBED_BYTES, figures, f -> f.scrubbing().bytes());
        counter(MetricNames.COPIED_BYTES, figures, f -> f.copying().bytes());
        counter(MetricNames.DAMAGED_ANSWERS, figures, f -> f.copying().damaged());
        counter(MetricNames.PRODUCERS_CROWDED_OUT, figures, BrokerFigures::producersCrowdedOut);
        counter(MetricNames.TRUNCATIONS, figures, f -> f.copying().truncations());
    }

    /** Brings the series per partition up to date; called now and then. */
    public void refreshLogSizes(BrokerFigures figures) {
        List<BrokerFigures.LogSize> sizes = figures.logSizes();
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        seriesLeftOut.set(0);
        if (sizes.size() > PARTITION_SERIES_MAX) {
            seriesLeftOut.set(sizes.size());
        } else {
            for (BrokerFigures.LogSize size : sizes) {
                rows.add(
                        MultiGauge.Row.of(
                                Tags.of(
                                        MetricNames.TAG_TOPIC,
                                        size.topic(),
                                        MetricNames.TAG_PARTITION,
                                        Integer.toString(size.partition())),
                                size.bytes()));
            }
        }
        logSizes.register(rows, true);
    }

    private void counter(
            String name, BrokerFigures figures, ToDoubleFunction<BrokerFigures> value) {
        FunctionCounter.builder(name, figures, value).register(registry);
    }

    private void gauge(String name, BrokerFigures figures, ToDoubleFunction<BrokerFigures> value) {
        Gauge.builder(name, figures, value).strongReference(true).register(registry);
    }
}
