package io.headrace.bench.fetch;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadResult;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.ProcessUsage;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Broker and nginx in turns, and the table of what they did. */
final class Duel {

    private static final int WARM_UP_WINDOWS_MAX = 30;

    private final BenchOptions options;
    private final Platform platform;
    private final Report report;
    private final Table table =
            new Table(
                    "what, connections",
                    "broker GB/s",
                    "nginx GB/s",
                    "ratio (aim 0.8 or more)",
                    "broker CPU s/GiB",
                    "nginx CPU s/GiB",
                    "errors");

    Duel(BenchOptions options, Platform platform, Report report) {
        this.options = options;
        this.platform = platform;
        this.report = report;
    }

    /**
     * Lets the broker's JVM compile before anything counts; says what the broker did while it was
     * cold.
     */
    void warmUp(List<Asks.Piece> fromBroker) throws IOException {
        long requestsMin = options.mode().pick(1, 25_000, 50_000);
        LoadResult cold = load(4, fromBroker);
        report.note(
                "the broker just after its start: %.2f GB/s, %.3f CPU s/GiB; then %d requests uncounted"
                        .formatted(
                                cold.gigabytesPerSecond(), cold.cpuSecondsPerGiB(), requestsMin));
        report.figure("cold.4.broker", "GB/s", cold.gigabytesPerSecond());
        report.figure("cold.4.broker_cpu", "s/GiB", cold.cpuSecondsPerGiB());
        long requests = cold.requests();
        for (int i = 0; i < WARM_UP_WINDOWS_MAX && requests < requestsMin; i++) {
            requests += load(4, fromBroker).requests();
        }
    }

    private static final class Side {
        private final Samples speed = new Samples();
        private final Samples cpu = new Samples();
        private long errors;
        private String firstError = "";

        double add(LoadResult result) {
            speed.add(result.gigabytesPerSecond());
            cpu.add(result.cpuSecondsPerGiB());
            errors += result.errors();
            firstError = firstError.isEmpty() ? result.firstError() : firstError;
            return result.gigabytesPerSecond();
        }
    }

    /** One row; without nginx only the broker's side of it. */
    void run(
            String name,
            int connections,
            List<Asks.Piece> fromBroker,
            @Nullable Nginx nginx,
            List<Asks.Piece> fromNginx)
            throws IOException {
        Side broker = new Side();
        Side other = new Side();
        Samples ratio = new Samples();
        int rounds = (int) options.mode().pick(1, 7, 9);
        int warmUpRounds = (int) options.mode().pick(0, 3, 4);
        for (int round = -warmUpRounds; round < rounds; round++) {
            boolean counts = round >= 0;
            Side brokerSide = counts ? broker : new Side();
            Side nginxSide = counts ? other : new Side();
            double nginxSpeed = Double.NaN;
            if (nginx != null && round % 2 == 0) {
                nginxSpeed = nginxSide.add(load(nginx, connections, fromNginx));
            }
            double brokerSpeed = brokerSide.add(load(connections, fromBroker));
            if (nginx != null && round % 2 != 0) {
                nginxSpeed = nginxSide.add(load(nginx, connections, fromNginx));
            }
            if (counts && nginx != null) {
                ratio.add(brokerSpeed / nginxSpeed);
            }
        }
        print(name + ", " + connections, broker, other, ratio);
    }

    private void print(String name, Side broker, Side nginx, Samples ratio) {
        table.row(
                name,
                broker.speed.text(2),
                nginx.speed.text(2),
                ratio.text(2),
                broker.cpu.text(3),
                nginx.cpu.text(3),
                Long.toString(broker.errors + nginx.errors));
        String figure = name.replace(", ", ".");
        report.figure(figure + ".broker", "GB/s", broker.speed);
        report.figure(figure + ".nginx", "GB/s", nginx.speed);
        report.figure(figure + ".ratio", "ratio", ratio);
        report.figure(figure + ".broker_cpu", "s/GiB", broker.cpu);
        report.figure(figure + ".nginx_cpu", "s/GiB", nginx.cpu);
        report.figure(figure + ".errors", "count", (double) (broker.errors + nginx.errors));
        for (Side side : List.of(broker, nginx)) {
            if (side.errors > 0) {
                report.note(name + ": " + side.errors + " ERRORS; the first: " + side.firstError);
            }
        }
    }

    void print() {
        report.table("Segment bytes over HTTP from the page cache", table);
    }

    private LoadResult load(Nginx nginx, int connections, List<Asks.Piece> pieces)
            throws IOException {
        return load(nginx.address(), nginx.usage(), connections, pieces);
    }

    private LoadResult load(int connections, List<Asks.Piece> pieces) throws IOException {
        return load(Platform.address(platform.broker()), platform.usage(), connections, pieces);
    }

    private LoadResult load(
            InetSocketAddress server, ProcessUsage usage, int connections, List<Asks.Piece> pieces)
            throws IOException {
        int apart = Math.max(1, pieces.size() / connections);
        return new HttpLoad(server, usage)
                .run(
                        connections,
                        connection -> new Asks(pieces, connection * apart),
                        java.time.Duration.ofMillis(options.mode().pick(50, 300, 500)),
                        options.mode().measured());
    }
}
