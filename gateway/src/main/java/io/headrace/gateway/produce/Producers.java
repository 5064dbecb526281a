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

/**
 * The stock producers of this gateway: one for each acks, made when it is first needed.
 *
 * <p>Topics that take smaller batches than the producers make have one of their own with acks=all.
 * Kafka's producer splits a batch that was refused for its size; if a later one is in flight then
 * and is stored, the sequence numbers of the split ones are refused until they expire. So this
 * producer sends one request at a time.
 */
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

    private static final String ALL = "all";
    private static final String ALL_IN_TURN = "all, in turn";

    private final Map<String, KeptProducer> byName;
    private final int batchBytes;

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
        this.batchBytes = settings.batchBytes();
        ProducerSettings inTurn = settings.inFlight(1);
        this.byName =
                Map.of(
                        ALL,
                        kept(ALL, liveBrokers, settings, background, closeTimeout),
                        ALL_IN_TURN,
                        kept(ALL, liveBrokers, inTurn, background, closeTimeout),
                        "1",
                        kept("1", liveBrokers, inTurn, background, closeTimeout),
                        "0",
                        kept("0", liveBrokers, inTurn, background, closeTimeout));
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
     * @param batchBytesMax that the topic takes
     */
    KeptProducer of(int acks, int batchBytesMax) {
        String name =
                acks >= 0 ? Integer.toString(acks) : batchBytesMax < batchBytes ? ALL_IN_TURN : ALL;
        return Objects.requireNonNull(byName.get(name), "acks is -1, 1 or 0");
    }

    /** To be called after each change of the cluster. */
    public void brokersChanged() {
        byName.values().forEach(KeptProducer::brokersChanged);
    }

    /** Shows what the producers say about themselves; NaN where there is none. */
    public void showIn(GatewayMetrics metrics) {
        byName.forEach(
                (producer, kept) -> {
                    for (String name : SHOWN) {
                        metrics.showProducer(producer, name, kept, each -> value(each, name));
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
        byName.values().forEach(KeptProducer::close);
    }
}
