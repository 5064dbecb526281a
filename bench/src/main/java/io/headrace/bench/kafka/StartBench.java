package io.headrace.bench.kafka;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.kafka.Contest.Turns;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.ProcessUsage;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Table;
import io.headrace.testkit.process.KafkaServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** From process start to the first acknowledged record of a Kafka client, and memory then. */
final class StartBench {

    private record Started(double seconds, double residentMiB) {}

    private StartBench() {}

    static void run(BenchOptions options, Path folder, Report report)
            throws IOException, InterruptedException {
        Pair seconds = new Pair();
        Pair resident = new Pair();
        for (int round = 0; round < options.mode().rounds(); round++) {
            Path ours = folder.resolve("start-" + round);
            Path theirs = folder.resolve("kafka-start-" + round);
            Turns<Started> turn =
                    Contest.turn(round, () -> headrace(ours, options.heap()), () -> kafka(theirs));
            seconds.add(turn.headrace().seconds, turn.kafka().seconds);
            resident.add(turn.headrace().residentMiB, turn.kafka().residentMiB);
        }
        Table table = new Table("start, empty data folder", "headrace", "Kafka", "ratio");
        String[] cells = seconds.cells(2);
        table.row("process start to first acknowledged record, s", cells[0], cells[1], cells[2]);
        cells = resident.cells(0);
        table.row("resident memory then, MiB", cells[0], cells[1], cells[2]);
        report.table(
                "Start (headrace: gateway, admin, broker and ZooKeeper in one process)", table);
        seconds.report(report, "start.seconds", "s");
        resident.report(report, "start.memory", "MiB");
    }

    private static Started kafka(Path folder) throws IOException, InterruptedException {
        KafkaServer.Formatted formatted = KafkaServer.format(folder, Map.of());
        long startNs = System.nanoTime();
        try (KafkaServer server = formatted.start()) {
            ProcessUsage usage = new ProcessUsage(server.pid());
            try (Side side = new Side("Kafka", server.bootstrap(), usage)) {
                return firstRecord(side, startNs);
            }
        }
    }

    private static Started headrace(Path folder, String heap)
            throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        try (Platform platform = Platform.start(folder, heap)) {
            try (Side side = new Side("headrace", platform.kafka(), platform.usage())) {
                return firstRecord(side, startNs);
            }
        }
    }

    private static Started firstRecord(Side side, long startNs)
            throws IOException, InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = LatencyBench.producer(side, "all")) {
            side.topics().create("first", 1);
            producer.send(new ProducerRecord<>("first", new byte[1])).get(60, TimeUnit.SECONDS);
            return new Started((System.nanoTime() - startNs) / 1e9, side.usage().residentMiB());
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(side.name() + " did not take its first record: " + e, e);
        }
    }
}
