package io.headrace.gateway.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * Counts what goes through the gateway. Labels have few values: route, status, error code; never a
 * topic, key or client.
 */
public final class GatewayMetrics {

    /** Upper ends of the buckets that requests are counted in, by how long they took. */
    private static final Duration[] TIMES =
            LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Counter recordsProduced;
    private final Counter recordsRejected;
    private final Counter bytesProduced;
    private final Counter recordsConsumed;
    private final Counter bytesConsumed;
    private final Counter instancesExpired;
    private final AtomicInteger streams = new AtomicInteger();
    private final ConcurrentHashMap<String, Timer[]> requests = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, Counter> errors = new ConcurrentHashMap<>();

    public GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.recordsProduced = registry.counter("headrace.gateway.records.produced");
        this.recordsRejected = registry.counter("headrace.gateway.records.rejected");
        this.bytesProduced = registry.counter("headrace.gateway.produced.bytes");
        this.recordsConsumed = registry.counter("headrace.gateway.records.consumed");
        this.bytesConsumed = registry.counter("headrace.gateway.consumed.bytes");
        this.instancesExpired = registry.counter("headrace.gateway.instances.expired");
        registry.gauge("headrace.gateway.streams", streams);
    }

    /** Shows the consumer instances that this gateway holds. */
    public <T> void showInstances(T owner, ToDoubleFunction<T> count) {
        registry.gauge("headrace.gateway.instances", owner, count);
    }

    /** Counts a consumer instance that was removed because nobody called it. */
    public void instanceExpired() {
        instancesExpired.increment();
    }

    /** Shows the bytes that requests in flight hold. */
    public <T> void showInFlightBytes(T owner, ToDoubleFunction<T> bytes) {
        registry.gauge("headrace.gateway.inflight.bytes", owner, bytes);
    }

    /**
     * Shows a figure of one of the producers.
     *
     * @param acks -1, 1 or 0
     * @param name Kafka's, without topics or brokers
     */
    public <T> void showProducer(String acks, String name, T owner, ToDoubleFunction<T> value) {
        Gauge.builder("headrace.gateway.producer." + name.replace('-', '.'), owner, value)
                .tag("acks", acks)
                .register(registry);
    }

    /**
     * Counts an answered request. Allocates nothing once a route has answered in that family.
     *
     * @param route name of the route, from a closed set
     */
    public void request(String route, int status, long nanos) {
        int family = Math.clamp(status / 100, 1, 5);
        Timer[] byFamily = requests.computeIfAbsent(route, name -> new Timer[6]);
        Timer timer = byFamily[family];
        if (timer == null) {
            timer =
                    Timer.builder("headrace.gateway.requests")
                            .tag("route", route)
                            .tag("status", family + "xx")
                            .serviceLevelObjectives(TIMES)
                            .register(registry);
            byFamily[family] = timer;
        }
        timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void error(int code) {
        errors.computeIfAbsent(
                        code,
                        key ->
                                Counter.builder("headrace.gateway.errors")
                                        .tag("code", Integer.toString(key))
                                        .register(registry))
                .increment();
    }

    public void produced(int records, int rejected, long bytes) {
        recordsProduced.increment(records);
        bytesProduced.increment((double) bytes);
        if (rejected > 0) {
            recordsRejected.increment(rejected);
        }
    }

    public void consumed(int records, long bytes) {
        recordsConsumed.increment(records);
        bytesConsumed.increment((double) bytes);
    }

    /** Counts an open stream; the number that are open with it. */
    public int streamOpened() {
        return streams.incrementAndGet();
    }

    public void streamClosed() {
        streams.decrementAndGet();
    }
}
