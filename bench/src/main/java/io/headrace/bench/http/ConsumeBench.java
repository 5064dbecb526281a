package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadCell;
import io.headrace.bench.machine.Calls;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** Consume: a topic of 100-byte records read over and over, all cells in turn, round by round. */
final class ConsumeBench {

    private static final String TOPIC = "bench-consume";
    private static final int BATCH_RECORDS = 1000;
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private record Shape(ConsumeFormat format, int readers) {
        String name() {
            return "consume.%s.%d"
                    .formatted(format.name().toLowerCase(java.util.Locale.ROOT), readers);
        }
    }

    private final BenchOptions options;
    private final Platform platform;
    private final PeerFigures peer;
    private final Report report;
    private final long recordCount;

    ConsumeBench(BenchOptions options, Platform platform, PeerFigures peer, Report report) {
        this.options = options;
        this.platform = platform;
        this.peer = peer;
        this.report = report;
        this.recordCount = options.mode().pick(5_000, 500_000, 1_000_000);
    }

    void run() throws IOException, InterruptedException {
        fill();
        List<Shape> shapes = new ArrayList<>();
        List<LoadCell> cells = new ArrayList<>();
        for (ConsumeFormat format : ConsumeFormat.values()) {
            for (int readers : new int[] {1, 8}) {
                Shape shape = new Shape(format, readers);
                shapes.add(shape);
                cells.add(new LoadCell(shape.name()));
            }
        }
        for (Shape shape : shapes) {
            Duration each = Duration.ofMillis(options.mode().pick(50, 2_500, 5_000));
            measure(shape, each, new LoadCell("warm-up"));
        }
        for (int round = 0; round < options.mode().rounds(); round++) {
            for (int i = 0; i < shapes.size(); i++) {
                measure(shapes.get(i), options.mode().measured(), cells.get(i));
            }
        }
        print(shapes, cells);
    }

    private void fill() throws IOException, InterruptedException {
        platform.createTopic(TOPIC, 1);
        String url = platform.gateway() + "/topics/" + TOPIC;
        Random random = new Random(7);
        ByteBuffer request = ProduceFormat.NDJSON.request("fill", TOPIC, BATCH_RECORDS, random);
        byte[] body = new byte[BATCH_RECORDS * (ProduceFormat.VALUE_BYTES + 1)];
        request.get(request.limit() - body.length, body);
        for (long done = 0; done < recordCount; done += BATCH_RECORDS) {
            Calls.post(url, "application/x-ndjson", body, 200);
        }
    }

    private void measure(Shape shape, Duration measured, LoadCell cell) throws IOException {
        URI server = shape.format() == ConsumeFormat.RAW ? platform.broker() : platform.gateway();
        String head = shape.format().head(TOPIC, ANSWER_BYTES_MAX);
        String tail = shape.format().tail(server.getAuthority());
        HttpLoad load = new HttpLoad(Platform.address(server), platform.usage());
        long apart = recordCount / shape.readers();
        cell.add(
                load.run(
                        shape.readers(),
                        reader ->
                                new ConsumeConversation(
                                        shape.format(), head, tail, reader * apart, recordCount),
                        options.mode().warmUp(),
                        measured));
    }

    private void print(List<Shape> shapes, List<LoadCell> cells) {
        Table table =
                new Table(
                        "format, readers",
                        "requests/s",
                        "records/s",
                        "p50 ms",
                        "p99 ms",
                        "server CPU s/M",
                        "client cores",
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
                    shape.format() + ", " + shape.readers(),
                    cell.requestsPerSecond().text(0),
                    cell.recordsPerSecond().text(0),
                    cell.p50Ms().text(2),
                    cell.p99Ms().text(2),
                    cell.cpuPerMillion().text(2),
                    cell.clientCpuShare().text(2),
                    Long.toString(cell.errors()),
                    Samples.number(peerRecords.orElse(Double.NaN), 0),
                    Samples.number(peer(shape, "cpu_s_per_million").orElse(Double.NaN), 1),
                    Samples.number(times, 1));
            cell.report(report);
        }
        report.table(
                "Consume over HTTP, 100-byte values, one partition, answers up to 1 MiB", table);
    }

    private OptionalDouble peer(Shape shape, String figure) {
        return shape.format() == ConsumeFormat.JSON
                ? peer.consume(shape.readers(), figure)
                : OptionalDouble.empty();
    }
}
