package io.headrace.bench.kafka;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.machine.ProcessUsage;
import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.bench.report.Report;
import io.headrace.testkit.process.BrokerProcesses;
import io.headrace.testkit.process.HeadraceCluster;
import io.headrace.testkit.process.HeadraceProgram;
import io.headrace.testkit.process.KafkaCluster;
import java.nio.file.Path;

/**
 * A Headrace cluster of three brokers against one of Apache Kafka, both on this machine in this
 * run: replication factor 3, {@code min.insync.replicas} 2.
 *
 * <p>CPU and memory are those of all processes of a cluster: three brokers and the one with
 * ZooKeeper, admin and gateway here; three brokers that are controllers too there (heap 1 GiB each,
 * as their start script has it).
 */
public final class ClusterBench {

    private static final int BROKERS = 3;

    private ClusterBench() {}

    public static void run(BenchOptions options, Report report) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory());
                BrokerProcesses ours =
                        HeadraceCluster.up(
                                folder.path().resolve("headrace"), BROKERS, program(options));
                BrokerProcesses theirs = KafkaCluster.up(folder.path().resolve("kafka"), BROKERS);
                Side headrace = side("headrace", ours);
                Side kafka = side("Kafka", theirs)) {
            Contest contest = new Contest(headrace, kafka, options.mode(), folder.path(), report);
            new ThroughputBench(contest).run(options);
            if (options.wants("latency")) {
                new LatencyBench(contest).run();
            }
            KafkaBench.memory(contest);
            if (options.wants("failover")) {
                new FailoverBench(contest, ours, theirs).run();
            }
        }
    }

    /** As {@code ./headrace up} starts it, with the heap of this run. */
    static HeadraceProgram program(BenchOptions options) {
        String built = System.getProperty("headrace.app");
        if (built == null) {
            throw new IllegalStateException("headrace.app is not set: run it as ./headrace bench");
        }
        return HeadraceProgram.built(Path.of(built), "-Xmx" + options.heap());
    }

    static Side side(String name, BrokerProcesses cluster) {
        return new Side(name, cluster.bootstrapServers(), new ProcessUsage(cluster::pids));
    }
}
