package io.headrace.bench.kafka;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import io.headrace.testkit.process.BrokerProcesses;
import io.headrace.testkit.process.HeadraceCluster;
import io.headrace.testkit.process.KafkaCluster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * kill -9 of a broker that has just written ten gigabytes to a hundred partitions, and how long it
 * takes until it serves all of them again. The page cache is warm, as it is after a crash of a
 * process.
 */
public final class RecoveryBench {

    private static final int PARTITIONS = 100;
    private static final int RECORD_BYTES = 64 << 10;
    private static final String TOPIC = "recovered";
    private static final long WAIT_SECONDS = 300;

    private RecoveryBench() {}

    public static void run(BenchOptions options, Report report) throws Exception {
        long bytes = options.mode().pick(64 << 20, 10L << 30, 10L << 30);
        List<String> header = new ArrayList<>(List.of(bytes / (1 << 20) + " MiB, kill -9"));
        List<String> ready = new ArrayList<>(List.of("s from its start until it is ready"));
        List<String> served = new ArrayList<>(List.of("s until a record is stored in each"));
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory())) {
            if (options.wants("headrace")) {
                try (BrokerProcesses ours =
                        HeadraceCluster.up(
                                folder.path().resolve("headrace"),
                                1,
                                ClusterBench.program(options))) {
                    header.add("headrace");
                    measure("headrace", ours, bytes, ready, served, report);
                }
            }
            if (options.wants("kafka")) {
                try (BrokerProcesses theirs = KafkaCluster.up(folder.path().resolve("kafka"), 1)) {
                    header.add("Kafka");
                    measure("Kafka", theirs, bytes, ready, served, report);
                }
            }
        }
        Table table = new Table(header.toArray(String[]::new));
        table.row(ready.toArray(String[]::new));
        table.row(served.toArray(String[]::new));
        report.table("Recovery", table);
    }

    private static void measure(
            String name,
            BrokerProcesses brokers,
            long bytes,
            List<String> ready,
            List<String> served,
            Report report)
            throws IOException, InterruptedException {
        try (Side side = ClusterBench.side(name, brokers)) {
            side.topics().createSingle(TOPIC, PARTITIONS);
            write(side, bytes / RECORD_BYTES);
            brokers.kill9(1);
            long startNs = System.nanoTime();
            brokers.start(1);
            double readySeconds = (System.nanoTime() - startNs) / 1e9;
            write(side, PARTITIONS);
            double servedSeconds = (System.nanoTime() - startNs) / 1e9;
            ready.add("%.2f".formatted(readySeconds));
            served.add("%.2f".formatted(servedSeconds));
            Samples samples = new Samples();
            samples.add(servedSeconds);
            report.figure("recovery.served." + name, "s", samples);
        }
    }

    /** One record after the other to the next partition; returns when all are acknowledged. */
    private static void write(Side side, long records) throws IOException, InterruptedException {
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        side.bootstrap(),
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        1 << 20,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        128L << 20,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        TimeUnit.SECONDS.toMillis(WAIT_SECONDS),
                        ProducerConfig.ACKS_CONFIG,
                        "all");
        byte[] value = new byte[RECORD_BYTES];
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> last = new ArrayList<>();
            for (long i = 0; i < records; i++) {
                Future<?> sent =
                        producer.send(
                                new ProducerRecord<>(TOPIC, (int) (i % PARTITIONS), null, value));
                if (i >= records - PARTITIONS) {
                    last.add(sent);
                }
            }
            for (Future<?> each : last) {
                each.get(WAIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(side.name() + " did not take a record: " + e, e);
        }
    }
}
