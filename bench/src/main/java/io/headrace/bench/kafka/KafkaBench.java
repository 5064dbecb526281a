package io.headrace.bench.kafka;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.Mode;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.ProcessUsage;
import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Table;
import io.headrace.testkit.process.KafkaServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Headrace against Apache Kafka, both on this machine in this run.
 *
 * <p>Headrace is the whole standalone platform in one process (heap 512 MiB unless {@code --heap}
 * says otherwise), Kafka one server with the settings of its sample file and start script (heap 1
 * GiB). The client takes most of the two cores, so records per second show parity at best; the
 * difference is in the CPU of the servers.
 */
public final class KafkaBench {

    private KafkaBench() {}

    public static void run(BenchOptions options, Report report) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory())) {
            boolean isSmoke = options.mode() == Mode.SMOKE;
            if (options.server().isEmpty() && !isSmoke && options.wants("start")) {
                StartBench.run(options, folder.path(), report);
            }
            if (options.wants("produce")
                    || options.wants("consume")
                    || options.wants("latency")
                    || options.wants("partitions")) {
                load(options, folder.path(), report);
            }
        }
    }

    private static void load(BenchOptions options, Path folder, Report report)
            throws IOException, InterruptedException {
        try (Platform platform = Platform.of(options, folder.resolve("headrace"));
                KafkaServer server =
                        KafkaServer.format(folder.resolve("kafka"), Map.of()).start()) {
            ProcessUsage ofKafka = new ProcessUsage(server.pid());
            try (Side headrace = new Side("headrace", platform.kafka(), platform.usage());
                    Side kafka = new Side("Kafka", server.bootstrap(), ofKafka)) {
                Contest contest = new Contest(headrace, kafka, options.mode(), folder, report);
                new ThroughputBench(contest).run(options);
                if (options.wants("latency")) {
                    new LatencyBench(contest).run();
                }
                memory(contest);
                if (options.wants("partitions")) {
                    new PartitionsBench(contest).run();
                }
            }
        }
    }

    static void memory(Contest contest) {
        Pair resident = new Pair();
        resident.add(
                contest.headrace().usage().residentMiB(), contest.kafka().usage().residentMiB());
        String[] cells = resident.cells(0);
        contest.report()
                .table(
                        "Memory after all that",
                        new Table("resident", "headrace", "Kafka", "ratio")
                                .row("MiB", cells[0], cells[1], cells[2]));
        resident.report(contest.report(), "memory", "MiB");
    }
}
