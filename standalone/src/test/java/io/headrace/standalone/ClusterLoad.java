package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.LongSerializer;
import org.awaitility.Awaitility;

/**
 * A stock producer (idempotent, acks=all) that writes numbers to every partition at an even pace,
 * and a stock consumer group of one member that reads and commits them. Whatever a client reports
 * as an error, and whatever the consumer misses or sees twice, is a failure.
 *
 * <p>A partition that is not acknowledged holds up none of the others: each has its own bound.
 */
final class ClusterLoad implements AutoCloseable {

    private static final int IN_FLIGHT_MAX = 500;
    private static final Duration PACE =
            Duration.ofMillis(Integer.getInteger("headrace.load.pace", 5));
    private static final Duration FRESH = Duration.ofSeconds(30);
    private static final Duration WAIT = Duration.ofMinutes(2);

    private final String topic;
    private final int partitions;
    private final String bootstrap;
    private final KafkaProducer<byte[], Long> producer;
    private final ScheduledExecutorService sender =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("cluster-load").factory());
    private final Thread reader;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private final AtomicLongArray sent;
    private final AtomicLongArray acknowledged;
    private final AtomicLongArray consumed;
    private final AtomicLongArray lastAckNs;
    private final AtomicLongArray longestSilenceNs;
    private final Latencies latencies = new Latencies();

    ClusterLoad(PartsCluster cluster, String topic, int partitions) {
        this.topic = topic;
        this.partitions = partitions;
        this.bootstrap = cluster.bootstrapServers();
        this.sent = new AtomicLongArray(partitions);
        this.acknowledged = new AtomicLongArray(partitions);
        this.consumed = new AtomicLongArray(partitions);
        this.lastAckNs = new AtomicLongArray(partitions);
        this.longestSilenceNs = new AtomicLongArray(partitions);
        this.producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap, "linger.ms", 0),
                        (name, key) -> key,
                        new LongSerializer());
        this.reader = Thread.ofPlatform().name("cluster-load-reader").start(this::read);
        var _ =
                sender.scheduleAtFixedRate(
                        this::sendToEach, 0, PACE.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void sendToEach() {
        if (isOver.get()) {
            return;
        }
        try {
            for (int partition = 0; partition < partitions; partition++) {
                if (sent.get(partition) - acknowledged.get(partition) < IN_FLIGHT_MAX) {
                    send(partition, sent.getAndIncrement(partition));
                }
            }
        } catch (RuntimeException e) {
            failures.add("the sender ended: " + e);
            isOver.set(true);
        }
    }

    private void send(int partition, long number) {
        long startNs = System.nanoTime();
        var _ =
                producer.send(
                        new ProducerRecord<>(topic, partition, null, number),
                        (done, error) -> {
                            if (error != null) {
                                failures.add(partition + ", record " + number + ": " + error);
                            }
                            long now = System.nanoTime();
                            latencies.add(now - startNs);
                            long silence = now - lastAckNs.getAndSet(partition, now);
                            longestSilenceNs.accumulateAndGet(partition, silence, Math::max);
                            acknowledged.incrementAndGet(partition);
                        });
    }

    private void read() {
        try (KafkaConsumer<byte[], Long> consumer = consumer("group-of-" + topic)) {
            consumer.subscribe(List.of(topic));
            while (!isOver.get() || !hasAll()) {
                for (ConsumerRecord<byte[], Long> each : consumer.poll(Duration.ofMillis(200))) {
                    take(each, consumed);
                }
                consumer.commitSync();
                if (!failures.isEmpty()) {
                    return;
                }
            }
        } catch (RuntimeException e) {
            failures.add("the consumer ended: " + e);
        }
    }

    private boolean hasAll() {
        return IntStream.range(0, partitions).allMatch(p -> consumed.get(p) >= sent.get(p));
    }

    /** Records are 0, 1, 2 and so on in each partition. */
    private void take(ConsumerRecord<byte[], Long> each, AtomicLongArray counts) {
        long expected = counts.getAndIncrement(each.partition());
        if (each.value() != expected) {
            failures.add(
                    "partition %d offset %d holds record %d, not %d"
                            .formatted(each.partition(), each.offset(), each.value(), expected));
        }
    }

    private KafkaConsumer<byte[], Long> consumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "group.id",
                        group,
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "earliest"),
                (name, key) -> key,
                new LongDeserializer());
    }

    String group() {
        return "group-of-" + topic;
    }

    /** Waits until so many more are acknowledged, and read by the group, on each partition. */
    ClusterLoad awaitMore(int records) {
        return awaitMore(records, IntStream.range(0, partitions).boxed().toList());
    }

    ClusterLoad awaitMore(int records, List<Integer> ofPartitions) {
        long[] wanted = new long[partitions];
        ofPartitions.forEach(p -> wanted[p] = acknowledged.get(p) + records);
        Awaitility.await()
                .atMost(WAIT)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () ->
                                !failures.isEmpty()
                                        || ofPartitions.stream()
                                                .allMatch(
                                                        p ->
                                                                acknowledged.get(p) >= wanted[p]
                                                                        && consumed.get(p)
                                                                                >= wanted[p]));
        assertThat(failures).isEmpty();
        return this;
    }

    /**
     * In a run whose figures count (with {@code -Dheadrace.cluster=long}) waits for as long as
     * elections pass over brokers that have just started, and whatever compiles is compiled.
     */
    ClusterLoad awaitWarm() {
        boolean isCounted = "long".equals(System.getProperty("headrace.cluster"));
        return awaitMore(isCounted ? (int) (FRESH.toMillis() / PACE.toMillis()) : 1);
    }

    /** From now on silence and latency are measured anew. */
    void measure() {
        long now = System.nanoTime();
        for (int p = 0; p < partitions; p++) {
            lastAckNs.set(p, now);
            longestSilenceNs.set(p, 0);
        }
        latencies.clear();
    }

    /** The longest time without an acknowledgement of the partition. */
    long silenceMs(int partition) {
        long open = System.nanoTime() - lastAckNs.get(partition);
        return Math.max(open, longestSilenceNs.get(partition)) / 1_000_000;
    }

    /** The longest of any partition. */
    long silenceMs() {
        return IntStream.range(0, partitions).mapToLong(this::silenceMs).max().orElseThrow();
    }

    /** Of the acknowledgements since the measurement began. */
    double latencyMs(double quantile) {
        return latencies.quantileMs(quantile);
    }

    /**
     * Sends no more, waits until all is acknowledged and read by the group, and reads the topic
     * anew: every record is there once, in order.
     *
     * @return how many there are
     */
    long finish() throws InterruptedException {
        isOver.set(true);
        sender.shutdown();
        assertThat(sender.awaitTermination(WAIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        producer.flush();
        reader.join(WAIT);
        assertThat(failures).isEmpty();
        assertThat(reader.isAlive()).isFalse();
        AtomicLongArray stored = new AtomicLongArray(partitions);
        try (KafkaConsumer<byte[], Long> consumer = consumer("check-of-" + topic)) {
            List<TopicPartition> all =
                    IntStream.range(0, partitions)
                            .mapToObj(p -> new TopicPartition(topic, p))
                            .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofSeconds(1)).forEach(each -> take(each, stored));
            }
        }
        assertThat(failures).isEmpty();
        assertThat(stored.toString()).isEqualTo(sent.toString());
        return IntStream.range(0, partitions).mapToLong(stored::get).sum();
    }

    @Override
    public void close() {
        isOver.set(true);
        sender.shutdownNow();
        producer.close(Duration.ZERO);
        failures.add("closed"); // ends the reader
    }

    /** Quantiles of what was added since the last clearing; keeps the last 2^17. */
    private static final class Latencies {

        private final long[] nanos = new long[1 << 17];
        private int count;

        synchronized void add(long value) {
            nanos[count++ & (nanos.length - 1)] = value;
        }

        synchronized void clear() {
            count = 0;
        }

        synchronized double quantileMs(double quantile) {
            long[] sorted = Arrays.copyOf(nanos, Math.min(count, nanos.length));
            Arrays.sort(sorted);
            return sorted.length == 0
                    ? 0
                    : sorted[(int) Math.min(sorted.length - 1, quantile * sorted.length)] / 1e6;
        }
    }
}
