package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.Mode;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;

/**
 * HTTP load on a standalone platform: what a client of the front door gets, and what it costs the
 * server.
 *
 * <p>The load generator and the server share the machine, so the ceiling of the generator alone is
 * printed first. Server CPU and memory are those of the whole platform in one process (gateway,
 * broker, admin-service, ZooKeeper).
 */
public final class HttpBench {

    private HttpBench() {}

    public static void run(BenchOptions options, Report report) throws Exception {
        PeerFigures peer = PeerFigures.load();
        report.note(peer.remark());
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory())) {
            boolean isSmoke =
                    options.mode() == Mode.SMOKE; // one start, that of the load, is enough
            if (options.server().isEmpty() && !isSmoke && options.wants("start")) {
                StartBench.run(options, folder.path(), peer, report);
            }
            boolean isRead = options.wants("consume") || options.wants("groups");
            if (!options.wants("produce") && !isRead) {
                return;
            }
            CeilingBench.run(options, report);
            try (Platform platform = Platform.of(options, folder.path().resolve("load"))) {
                if (options.wants("produce")) {
                    new ProduceBench(options, platform, peer, report).run();
                    memory(platform, report, "after_produce");
                }
                if (isRead) {
                    new ConsumeBench(options, platform, peer, report).run();
                    memory(platform, report, "after_consume");
                }
            }
        }
    }

    private static void memory(Platform platform, Report report, String when) {
        double mib = platform.usage().residentMiB();
        report.note("Resident memory of the platform: " + Samples.number(mib, 0) + " MiB " + when);
        report.figure("memory." + when, "MiB", mib);
    }
}
