package io.headrace.gateway.produce;

import io.headrace.gateway.telemetry.GatewayMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** The stock producers of this gateway: one for each acks, made when it is first needed. */
public final class Producers implements AutoCloseable {

    /** Of the producer's own metrics those that say how it fares; none has a topic in its name. */
    private static final List<String> SHOWN =
            List.of(
                    "batch-size-avg",
                    "records-per-request-avg",
                    "record-queue-time-avg",
                    "request-latency-avg",
                    "record-retry-total",
                    "record-error-total",
                    "buffer-available-bytes");

    /** By what {@code acks} says in Kafka's protocol. */
    private final Map<Integer, KeptProducer> byAcks;

    /**
     * @param liveBrokers {@code host:port} of each broker's Kafka listener
     * @param background where producers are made and closed, which may block
     * @param closeTimeout how long a closing producer may take to finish
     */
    public Producers(
            Supplier<List<String>> liveBrokers,
            ProducerSettings settings,
            Executor background,
            Duration closeTimeout) {
        this.byAcks =
                Map.of(
                        -1, kept("all", liveBrokers, settings, background, closeTimeout),
                        1, kept("1", liveBrokers, settings, background, closeTimeout),
                        0, kept("0", liveBrokers, settings, background, closeTimeout));
    }

    private static KeptProducer kept(
            String acks,
            Supplier<List<String>> liveBrokers,
            ProducerSettings settings,
            Executor background,
            Duration closeTimeout) {
        return new KeptProducer(
                liveBrokers, bootstrap -> settings.make(acks, bootstrap), background, closeTimeout);
    }

    /**
     * @param acks -1, 1 or 0
     */
    KeptProducer of(int acks) {
        return Objects.requireNonNull(byAcks.get(acks), "acks is -1, 1 or 0");
    }

    /** To be called after each change of the cluster. */
    public void brokersChanged() {
        byAcks.values().forEach(KeptProducer::brokersChanged);
    }

    /** Shows what the producers say about themselves; NaN where there is none. */
    public void showIn(GatewayMetrics metrics) {
        byAcks.forEach(
                (acks, kept) -> {
                    for (String name : SHOWN) {
                        metrics.showProducer(acks, name, kept, each -> value(each, name));
                    }
                });
    }

    private static double value(KeptProducer kept, String name) {
        Producer<byte[], byte[]> producer = kept.ifMade();
        if (producer != null) {
            for (Map.Entry<MetricName, ? extends Metric> each : producer.metrics().entrySet()) {
                if (each.getKey().name().equals(name)
                        && each.getKey().group().equals("producer-metrics")
                        && each.getValue().metricValue() instanceof Number number) {
                    return number.doubleValue();
                }
            }
        }
        return Double.NaN;
    }

    /** Waits for what was handed over, within the close timeout for each. */
    @Override
    public void close() {
        byAcks.values().forEach(KeptProducer::close);
    }
}
