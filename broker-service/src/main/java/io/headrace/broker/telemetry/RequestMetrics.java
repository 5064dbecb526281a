package io.headrace.broker.telemetry;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How long requests of the Kafka protocol took, by kind: from the moment a request could be read
 * until the last byte of its answer was handed to the socket, waiting for data or replicas
 * included, as Kafka's total time.
 *
 * <p>Two forms, because two kinds of dashboards ask: quantiles of this broker under Kafka's name,
 * in milliseconds; and buckets, in seconds, from which quantiles over all brokers can be computed.
 * A kind of request has series from its first request on. Bounds: the kinds are those of the
 * protocol. Any thread.
 */
public final class RequestMetrics {

    private static final double[] QUANTILES = {0.5, 0.95, 0.99, 0.999};
    private static final double SHORTEST_MS = 0.01;
    private static final double LONGEST_MS = 60_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    private static final int PARTS = 2;
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(200),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(2),
        Duration.ofSeconds(5)
    };

    private record OfKind(DistributionSummary quantiles, Timer buckets) {}

    private final MeterRegistry registry;
    private final ConcurrentHashMap<String, OfKind> kinds = new ConcurrentHashMap<>();

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * @param kind Kafka's name of the request, {@code FetchConsumer} and {@code FetchFollower} for
     *     the two sorts of Fetch
     */
    public void took(String kind, long nanos) {
        OfKind known = kinds.get(kind);
        OfKind of = known == null ? kinds.computeIfAbsent(kind, this::register) : known;
        of.quantiles().record(nanos / 1e6);
        of.buckets().record(nanos, TimeUnit.NANOSECONDS);
    }

    private OfKind register(String kind) {
        return new OfKind(
                DistributionSummary.builder(MetricNames.REQUEST_TOTAL_TIME)
                        .tag(MetricNames.TAG_REQUEST, kind)
                        .publishPercentiles(QUANTILES)
                        .minimumExpectedValue(SHORTEST_MS)
                        .maximumExpectedValue(LONGEST_MS)
                        .distributionStatisticExpiry(REMEMBERED)
                        .distributionStatisticBufferLength(PARTS)
                        .register(registry),
                Timer.builder(MetricNames.REQUEST_TIME)
                        .tag(MetricNames.TAG_REQUEST, kind)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry));
    }
}
