package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.machine.Calls;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** From process start to ready, and to the first record acknowledged on a topic made for it. */
final class StartBench {

    private StartBench() {}

    static void run(BenchOptions options, Path folder, PeerFigures peer, Report report)
            throws IOException, InterruptedException {
        Samples ready = new Samples();
        Samples firstRecord = new Samples();
        Samples resident = new Samples();
        for (int round = 0; round < options.mode().rounds(); round++) {
            long startNs = System.nanoTime();
            Path data = folder.resolve("start-" + round);
            try (Platform platform = Platform.start(data, options.heap())) {
                ready.add(platform.readySeconds());
                platform.createTopic("first", 1);
                Calls.post(
                        platform.gateway() + "/topics/first",
                        "application/vnd.kafka.json.v2+json",
                        "{\"records\":[{\"value\":1}]}".getBytes(StandardCharsets.US_ASCII),
                        200);
                firstRecord.add((System.nanoTime() - startNs) / 1e9);
                resident.add(platform.usage().residentMiB());
            }
        }
        Table table = new Table("start, empty data folder", "headrace", "peer (other run)");
        table.row("ready, s", ready.text(2), Samples.number(peer.start("ready_s"), 1));
        table.row(
                "first record acknowledged, s",
                firstRecord.text(2),
                Samples.number(peer.start("first_record_s"), 1));
        table.row(
                "resident memory then, MiB",
                resident.text(0),
                Samples.number(peer.start("resident_mib"), 0));
        report.table(
                "Start (heap at most "
                        + options.heap()
                        + "; the peer's is its proxy alone, Kafka behind it takes 3.6 s more)",
                table);
        report.figure("start.ready", "s", ready);
        report.figure("start.first_record", "s", firstRecord);
        report.figure("start.memory", "MiB", resident);
    }
}
