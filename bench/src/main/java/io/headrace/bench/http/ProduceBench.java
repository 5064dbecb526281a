package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadCell;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** Produce: records of 100 bytes, all cells in turn, round by round. */
final class ProduceBench {

    private static final String TOPIC = "bench-produce";
    private static final int VARIANTS = 16;

    private record Shape(ProduceFormat format, int records, int connections) {
        String name() {
            return "produce.%s.%dx%d"
                    .formatted(
                            format.name().toLowerCase(java.util.Locale.ROOT), records, connections);
        }
    }

    private static final List<Shape> SHAPES =
            List.of(
                    new Shape(ProduceFormat.JSON, 1, 1),
                    new Shape(ProduceFormat.JSON, 1, 32),
                    new Shape(ProduceFormat.JSON, 100, 1),
                    new Shape(ProduceFormat.JSON, 100, 32),
                    new Shape(ProduceFormat.JSON, 1000, 1),
                    new Shape(ProduceFormat.JSON, 1000, 32),
                    new Shape(ProduceFormat.BINARY, 1, 32),
                    new Shape(ProduceFormat.BINARY, 100, 32),
                    new Shape(ProduceFormat.BINARY, 1000, 32),
                    new Shape(ProduceFormat.NDJSON, 1, 32),
                    new Shape(ProduceFormat.NDJSON, 100, 32),
                    new Shape(ProduceFormat.NDJSON, 1000, 32));

    private final BenchOptions options;
    private final Platform platform;
    private final PeerFigures peer;
    private final Report report;

    ProduceBench(BenchOptions options, Platform platform, PeerFigures peer, Report report) {
        this.options = options;
        this.platform = platform;
        this.peer = peer;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        List<Shape> shapes = SHAPES;
        platform.createTopic(TOPIC, 1);
        warmUp(shapes);
        List<LoadCell> cells = shapes.stream().map(shape -> new LoadCell(shape.name())).toList();
        for (int round = 0; round < options.mode().rounds(); round++) {
            for (int i = 0; i < shapes.size(); i++) {
                measure(shapes.get(i), options.mode().measured(), cells.get(i));
            }
        }
        print(shapes, cells);
    }

    /** A server that has just started is slow; each shape runs until the compilers have seen it. */
    private void warmUp(List<Shape> shapes) throws IOException {
        Duration each = Duration.ofMillis(options.mode().pick(50, 2_500, 5_000));
        for (Shape shape : shapes) {
            measure(shape, each, new LoadCell("warm-up"));
        }
    }

    private void measure(Shape shape, Duration measured, LoadCell cell) throws IOException {
        List<ByteBuffer> requests = new ArrayList<>();
        Random random = new Random(shape.records());
        String host = platform.gateway().getAuthority();
        for (int i = 0; i < VARIANTS; i++) {
            requests.add(shape.format().request(host, TOPIC, shape.records(), random));
        }
        HttpLoad load = new HttpLoad(Platform.address(platform.gateway()), platform.usage());
        cell.add(
                load.run(
                        shape.connections(),
                        connection ->
                                new ProduceConversation(requests, shape.records(), connection),
                        options.mode().warmUp(),
                        measured));
    }

    private void print(List<Shape> shapes, List<LoadCell> cells) {
        Table table =
                new Table(
                        "format, records x connections",
                        "requests/s",
                        "records/s",
                        "p50 ms",
                        "p99 ms",
                        "server CPU s/M",
                        "errors",
                        "peer records/s",
                        "peer CPU s/M",
                        "times the peer");
        for (int i = 0; i < shapes.size(); i++) {
            Shape shape = shapes.get(i);
            LoadCell cell = cells.get(i);
            OptionalDouble peerRecords = peer(shape, "records_per_s");
            double times = cell.recordsPerSecond().median() / peerRecords.orElse(Double.NaN);
            table.row(
                    "%s, %d x %d".formatted(shape.format(), shape.records(), shape.connections()),
                    cell.requestsPerSecond().text(0),
                    cell.recordsPerSecond().text(0),
                    cell.p50Ms().text(2),
                    cell.p99Ms().text(2),
                    cell.cpuPerMillion().text(1),
                    Long.toString(cell.errors()),
                    Samples.number(peerRecords.orElse(Double.NaN), 0),
                    Samples.number(peer(shape, "cpu_s_per_million").orElse(Double.NaN), 0),
                    Samples.number(times, 1));
            cell.report(report);
        }
        report.table(
                "Produce over HTTP, 100-byte values, one partition, acks=all (1 replica)", table);
    }

    private OptionalDouble peer(Shape shape, String figure) {
        return shape.format() == ProduceFormat.JSON
                ? peer.produce(shape.records(), shape.connections(), figure)
                : OptionalDouble.empty();
    }
}
