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
import java.util.LinkedHashMap;
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
 * Ten thousand partitions, each on three brokers: made, written to, listed, failed over and
 * restarted. One cluster at a time, so that neither takes memory from the other.
 */
public final class ManyPartitionsBench {

    private static final int BROKERS = 3;
    private static final int TOPICS = 10;
    private static final long WAIT_SECONDS = 600;

    private final Side side;
    private final BrokerProcesses brokers;
    private final int perTopic;
    private final Map<String, Double> figures = new LinkedHashMap<>();

    private ManyPartitionsBench(Side side, BrokerProcesses brokers, int perTopic) {
        this.side = side;
        this.brokers = brokers;
        this.perTopic = perTopic;
    }

    public static void run(BenchOptions options, Report report) throws Exception {
        int perTopic = (int) options.mode().pick(10, 1_000, 1_000);
        Map<String, Map<String, Double>> bySide = new LinkedHashMap<>();
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory())) {
            if (options.wants("headrace")) {
                try (BrokerProcesses ours =
                        HeadraceCluster.up(
                                folder.path().resolve("headrace"),
                                BROKERS,
                                ClusterBench.program(options))) {
                    bySide.put("headrace", figures("headrace", ours, perTopic));
                }
            }
            if (options.wants("kafka")) {
                try (BrokerProcesses theirs =
                        KafkaCluster.up(folder.path().resolve("kafka"), BROKERS)) {
                    bySide.put("Kafka", figures("Kafka", theirs, perTopic));
                }
            }
        }
        print(TOPICS * perTopic, bySide, report);
    }

    private static Map<String, Double> figures(String name, BrokerProcesses brokers, int perTopic)
            throws IOException, InterruptedException {
        try (Side side = ClusterBench.side(name, brokers)) {
            ManyPartitionsBench bench = new ManyPartitionsBench(side, brokers, perTopic);
            bench.measure();
            return bench.figures;
        }
    }

    private static void print(int count, Map<String, Map<String, Double>> bySide, Report report) {
        List<String> header = new ArrayList<>(List.of(count + " partitions, three replicas each"));
        header.addAll(bySide.keySet());
        Table table = new Table(header.toArray(String[]::new));
        for (String figure : bySide.values().iterator().next().keySet()) {
            List<String> cells = new ArrayList<>(List.of(figure));
            bySide.forEach(
                    (side, figures) -> {
                        Double value = figures.get(figure);
                        if (value == null) {
                            cells.add("-");
                            return;
                        }
                        cells.add("%.2f".formatted(value));
                        Samples one = new Samples();
                        one.add(value);
                        report.figure("many." + figure.replace(' ', '_') + "." + side, "", one);
                    });
            table.row(cells.toArray(String[]::new));
        }
        report.table("Many partitions", table);
    }

    private void note(String figure, double value) {
        figures.put(figure, value);
        System.out.printf("%s: %s %.2f%n", side.name(), figure, value);
    }

    private void measure() throws IOException, InterruptedException {
        note("resident MiB of all processes, empty", side.usage().residentMiB());
        double cpu = side.usage().getAsDouble();
        long startNs = System.nanoTime();
        for (int topic = 0; topic < TOPICS; topic++) {
            side.topics().create(topic(topic), perTopic);
        }
        note("s until all are made", secondsSince(startNs));
        writeToEach();
        note("s until one record is acknowledged on each", secondsSince(startNs));
        note("CPU s of all processes until then", side.usage().getAsDouble() - cpu);
        side.topics().awaitAllInSync(topics(), BROKERS, WAIT_SECONDS);
        startNs = System.nanoTime();
        side.topics().awaitAllInSync(topics(), BROKERS, WAIT_SECONDS);
        note("s to list all with replicas", secondsSince(startNs));
        note("resident MiB of all processes", side.usage().residentMiB());
        int killed = side.topics().leader(topic(0));
        startNs = System.nanoTime();
        brokers.kill9(killed);
        writeToEach();
        note("s from kill -9 until one record is acknowledged on each", secondsSince(startNs));
        try {
            restart(killed);
        } catch (AssertionError e) {
            System.out.printf("%s: the killed broker did not start again: %s%n", side.name(), e);
        }
    }

    private void restart(int killed) throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        brokers.start(killed);
        note("s from its start until it is ready", secondsSince(startNs));
        side.topics().awaitAllInSync(topics(), BROKERS, WAIT_SECONDS);
        note("s from its start until all are in sync", secondsSince(startNs));
        startNs = System.nanoTime();
        int stopped = side.topics().leader(topic(1));
        brokers.stop(stopped);
        note("s to stop a broker in order", secondsSince(startNs));
        writeToEach();
        startNs = System.nanoTime();
        brokers.start(stopped);
        note("s from its start until it is ready again", secondsSince(startNs));
        side.topics().awaitAllInSync(topics(), BROKERS, WAIT_SECONDS);
        note("s from its start until all are in sync again", secondsSince(startNs));
        note("resident MiB of all processes, at the end", side.usage().residentMiB());
    }

    private static double secondsSince(long startNs) {
        return (System.nanoTime() - startNs) / 1e9;
    }

    private static String topic(int number) {
        return "many-" + number;
    }

    private static List<String> topics() {
        List<String> names = new ArrayList<>();
        for (int topic = 0; topic < TOPICS; topic++) {
            names.add(topic(topic));
        }
        return names;
    }

    private void writeToEach() throws IOException, InterruptedException {
        Map<String, Object> settings =
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        side.bootstrap(),
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        1_024,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) TimeUnit.SECONDS.toMillis(WAIT_SECONDS),
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        TimeUnit.SECONDS.toMillis(WAIT_SECONDS),
                        ProducerConfig.LINGER_MS_CONFIG,
                        0);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<?>> sent = new ArrayList<>();
            for (String topic : topics()) {
                for (int partition = 0; partition < perTopic; partition++) {
                    sent.add(
                            producer.send(
                                    new ProducerRecord<>(topic, partition, null, new byte[100])));
                }
            }
            for (Future<?> each : sent) {
                each.get(WAIT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(side.name() + " did not take a record: " + e, e);
        }
    }
}
