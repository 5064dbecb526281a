package io.headrace.broker.telemetry;

import io.headrace.broker.telemetry.BrokerFigures.Led;
import io.headrace.broker.telemetry.BrokerFigures.LogSize;
import io.headrace.model.telemetry.GaugesByTags;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The broker's metrics.
 *
 * <p>Bounds, from settings: so many topics have series of their own, later ones are counted for the
 * broker only; a broker with more partitions than the other bound publishes no series per
 * partition, and says so in a gauge. The series of a topic that was deleted are removed.
 */
public final class BrokerMetrics {

    /**
     * @param topics that have series of their own
     * @param partitions up to which there are series per partition
     */
    public record Bounds(int topics, int partitions) {}

    private final MeterRegistry registry;
    private final Bounds bounds;
    private final TopicTraffic whole;
    private final ConcurrentHashMap<String, TopicTraffic> topics = new ConcurrentHashMap<>();
    private final GaugesByTags logSizes;
    private final GaugesByTags underMinIsr;
    private final GaugesByTags atMinIsr;
    private final GaugesByTags replicas;
    private final GaugesByTags groupMembers;
    private final GaugesByTags starts;
    private final GaugesByTags ends;
    private final AtomicInteger seriesLeftOut = new AtomicInteger();

    /** Function counters hold what they ask weakly. */
    private final List<LongSupplier> kept = new CopyOnWriteArrayList<>();

    public BrokerMetrics(MeterRegistry registry, Bounds bounds) {
        this.registry = registry;
        this.bounds = bounds;
        this.whole = new TopicTraffic(registry, Tags.empty(), null);
        this.logSizes = new GaugesByTags(registry, MetricNames.LOG_SIZE);
        this.underMinIsr = new GaugesByTags(registry, MetricNames.PARTITION_UNDER_MIN_ISR);
        this.atMinIsr = new GaugesByTags(registry, MetricNames.PARTITION_AT_MIN_ISR);
        this.replicas = new GaugesByTags(registry, MetricNames.PARTITION_REPLICAS);
        this.groupMembers = new GaugesByTags(registry, MetricNames.GROUP_MEMBERS);
        this.starts = new GaugesByTags(registry, MetricNames.PARTITION_START);
        this.ends = new GaugesByTags(registry, MetricNames.PARTITION_END);
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
        if (topics.size() >= bounds.topics()) {
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
        counter(MetricNames.LEADER_DISCONNECTS, figures, f -> f.copying().disconnects());
        counter(MetricNames.ZOOKEEPER_DISCONNECTS, figures, BrokerFigures::zooKeeperDisconnects);
        counter(MetricNames.LATE_ANSWERS, figures, f -> f.copying().late());
        counter(MetricNames.REPEATED_BATCHES, figures, BrokerFigures::repeatedBatches);
        counter(MetricNames.REBALANCES, figures, f -> f.coordinating().rebalances());
        counter(MetricNames.MEMBERS_EXPIRED, figures, f -> f.coordinating().expired());
        counter(MetricNames.COMMITS, figures, f -> f.coordinating().commits());
        gauge(MetricNames.GROUPS, figures, f -> f.coordinating().groups());
        counter(MetricNames.GROUPS_REFUSED, figures, f -> f.coordinating().refused());
        FunctionTimer.builder(
                        MetricNames.SHARD_LOADS,
                        figures,
                        f -> f.coordinating().loads(),
                        f -> f.coordinating().loading().toMillis(),
                        TimeUnit.MILLISECONDS)
                .register(registry);
    }

    /** Shows how many connections of Kafka clients and other brokers are open. */
    public void showConnections(IntSupplier connections) {
        Gauge.builder(MetricNames.CONNECTIONS, connections, IntSupplier::getAsInt)
                .strongReference(true)
                .register(registry);
    }

    /** Shows a counter that somebody else keeps. */
    public void showCounter(String name, LongSupplier count) {
        FunctionCounter.builder(name, count, LongSupplier::getAsLong).register(registry);
        kept.add(count);
    }

    /** Shows how many bytes of requests of Kafka clients and other brokers are in memory. */
    public void showRequestBytes(LongSupplier bytes) {
        Gauge.builder(MetricNames.KAFKA_BYTES_IN_FLIGHT, bytes, LongSupplier::getAsLong)
                .strongReference(true)
                .register(registry);
    }

    /** Shows how idle event loops and workers are; each by the beginning of its threads' names. */
    public void showIdleThreads(String network, String workers) {
        idle(MetricNames.NETWORK_IDLE, new ThreadIdle(network, System::nanoTime));
        idle(MetricNames.WORKERS_IDLE, new ThreadIdle(workers, System::nanoTime));
    }

    private void idle(String name, ThreadIdle threads) {
        Gauge.builder(name, threads, ThreadIdle::share).strongReference(true).register(registry);
    }

    /** Brings the series of topics and partitions up to date; called now and then. */
    public void refresh(BrokerFigures figures) {
        removeGone(figures.topics());
        List<LogSize> sizes = figures.logSizes();
        boolean isTooMuch = sizes.size() > bounds.partitions();
        seriesLeftOut.set(isTooMuch ? sizes.size() : 0);
        List<LogSize> shown = isTooMuch ? List.of() : sizes;
        List<Led> led = isTooMuch ? List.of() : figures.led();
        show(logSizes, shown, size -> tags(size.topic(), size.partition()), LogSize::bytes);
        show(underMinIsr, led, of -> of.inSync() < of.fewestInSync() ? 1 : 0);
        show(atMinIsr, led, of -> of.inSync() == of.fewestInSync() ? 1 : 0);
        show(replicas, led, Led::replicas);
        show(starts, led, Led::start);
        show(ends, led, Led::end);
    }

    /**
     * Shows the groups that this broker coordinates, none when they are more than the bound of
     * partitions.
     *
     * @param members how many members each group has
     */
    public void showGroups(Map<String, Integer> members) {
        Map<String, Integer> shown = members.size() > bounds.partitions() ? Map.of() : members;
        groupMembers.show(
                shown.entrySet().stream()
                        .collect(
                                Collectors.toMap(
                                        group -> Tags.of(MetricNames.TAG_GROUP, group.getKey()),
                                        Map.Entry::getValue)));
    }

    private void removeGone(Set<String> existing) {
        topics.forEach(
                (name, traffic) -> {
                    if (!existing.contains(name) && topics.remove(name, traffic)) {
                        traffic.remove(registry);
                    }
                });
    }

    private static void show(GaugesByTags gauge, List<Led> led, ToLongFunction<Led> value) {
        show(gauge, led, of -> tags(of.topic(), of.partition()), value);
    }

    private static <T> void show(
            GaugesByTags gauge, List<T> of, Function<T, Tags> tags, ToLongFunction<T> value) {
        gauge.show(of.stream().collect(Collectors.toMap(tags, value::applyAsLong, Math::max)));
    }

    private static Tags tags(String topic, int partition) {
        return Tags.of(
                MetricNames.TAG_TOPIC,
                topic,
                MetricNames.TAG_PARTITION,
                Integer.toString(partition));
    }

    private void counter(
            String name, BrokerFigures figures, ToDoubleFunction<BrokerFigures> value) {
        FunctionCounter.builder(name, figures, value).register(registry);
    }

    private void gauge(String name, BrokerFigures figures, ToDoubleFunction<BrokerFigures> value) {
        Gauge.builder(name, figures, value).strongReference(true).register(registry);
    }
}
