package io.headrace.bench.kafka;

import io.headrace.bench.kafka.Contest.Turns;
import io.headrace.bench.kafka.PerfTools.Produced;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Latency below saturation: one record at a time from send to poll, as Kafka's EndToEndLatency does
 * it but in microseconds; and Kafka's own tool at a steady 20,000 records per second.
 */
final class LatencyBench {

    private static final int STEADY_PER_SECOND = 20_000;
    private static final Duration POLL = Duration.ofSeconds(10);

    private final Contest contest;

    LatencyBench(Contest contest) {
        this.contest = contest;
    }

    void run() throws IOException, InterruptedException {
        Table table =
                new Table(
                        "latency",
                        "p50 ms, headrace",
                        "Kafka",
                        "ratio",
                        "p99 ms, headrace",
                        "Kafka",
                        "ratio");
        for (String acks : List.of("1", "all")) {
            String topic = "bench-latency-" + acks;
            contest.headrace().topics().create(topic, 1);
            contest.kafka().topics().create(topic, 1);
            endToEnd(table, topic, acks);
            steady(table, topic, acks);
        }
        contest.report().table("Latency below saturation, 100 B, 1 partition", table);
    }

    private void endToEnd(Table table, String topic, String acks)
            throws IOException, InterruptedException {
        Pair p50 = new Pair();
        Pair p99 = new Pair();
        for (int round = -1; round < contest.mode().rounds(); round++) {
            Turns<Histogram> turn =
                    contest.turn(Math.abs(round), side -> roundTrips(side, topic, acks));
            if (round >= 0) { // the clients compile in the first
                p50.add(ms(turn.headrace(), 50), ms(turn.kafka(), 50));
                p99.add(ms(turn.headrace(), 99), ms(turn.kafka(), 99));
            }
        }
        row(table, "end to end, acks " + acks, "latency.end_to_end." + acks, p50, p99, 3);
    }

    private Histogram roundTrips(Side side, String topic, String acks)
            throws IOException, InterruptedException {
        long records = contest.mode().pick(20, 2_000, 10_000);
        Histogram histogram = new Histogram(TimeUnit.MINUTES.toNanos(1), 3);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaProducer<byte[], byte[]> producer = producer(side, acks);
                KafkaConsumer<byte[], byte[]> consumer = consumer(side)) {
            consumer.assign(List.of(partition));
            consumer.seekToEnd(List.of(partition));
            consumer.position(partition);
            for (long i = 0; i < records; i++) {
                long sentNs = System.nanoTime();
                producer.send(new ProducerRecord<>(topic, 0, null, new byte[100]))
                        .get(POLL.toSeconds(), TimeUnit.SECONDS);
                if (consumer.poll(POLL).count() != 1) {
                    throw new IOException(side.name() + " did not give back the one record sent");
                }
                histogram.recordValue(System.nanoTime() - sentNs);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(side.name() + " did not take a record: " + e, e);
        }
        return histogram;
    }

    private void steady(Table table, String topic, String acks)
            throws IOException, InterruptedException {
        Path payload = PerfTools.payload(contest.folder(), 100);
        long records = contest.mode().pick(1_000, 8L * STEADY_PER_SECOND, 12L * STEADY_PER_SECOND);
        Pair p50 = new Pair();
        Pair p99 = new Pair();
        for (int round = 0; round < contest.mode().rounds(); round++) {
            Turns<Produced> turn =
                    contest.turn(
                            round,
                            side ->
                                    PerfTools.produce(
                                            side,
                                            topic,
                                            records,
                                            STEADY_PER_SECOND,
                                            payload,
                                            "acks=" + acks,
                                            "linger.ms=0"));
            p50.add(turn.headrace().p50Ms(), turn.kafka().p50Ms());
            p99.add(turn.headrace().p99Ms(), turn.kafka().p99Ms());
        }
        String title = "produce at 20,000/s (tool: whole ms), acks " + acks;
        row(table, title, "latency.steady." + acks, p50, p99, 0);
    }

    private void row(Table table, String title, String figure, Pair p50, Pair p99, int decimals) {
        String[] cells = new String[7];
        cells[0] = title;
        System.arraycopy(p50.cells(decimals), 0, cells, 1, 3);
        System.arraycopy(p99.cells(decimals), 0, cells, 4, 3);
        table.row(cells);
        p50.report(contest.report(), figure + ".p50", "ms");
        p99.report(contest.report(), figure + ".p99", "ms");
    }

    static KafkaProducer<byte[], byte[]> producer(Side side, String acks) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, side.bootstrap());
        settings.put(ProducerConfig.ACKS_CONFIG, acks);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Side side) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, side.bootstrap());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static double ms(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e6;
    }
}
