package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadResult;
import io.headrace.bench.machine.Calls;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.report.Report;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;

/** Consume: a topic of 100-byte records read over and over, by offset and through groups. */
final class ConsumeBench {

    private static final int BATCH_RECORDS = 1000;
    private static final int ANSWER_BYTES_MAX = 1 << 20;

    private final BenchOptions options;
    private final Platform platform;
    private final PeerFigures peer;
    private final Report report;
    private final String topic = "bench-consume-" + Long.toHexString(System.nanoTime());
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
        if (options.wants("consume")) {
            byOffset();
        }
        if (options.wants("groups")) {
            throughGroups();
        }
    }

    private void byOffset() throws IOException {
        List<LoadCells.Cell> shapes = new ArrayList<>();
        for (ConsumeFormat format : ConsumeFormat.values()) {
            for (int readers : new int[] {1, 8}) {
                shapes.add(new Shape(format, readers));
            }
        }
        LoadCells.run(
                options.mode(),
                shapes,
                report,
                "Consume over HTTP, 100-byte values, one partition, answers up to 1 MiB",
                "format, readers");
    }

    private void throughGroups() throws IOException, InterruptedException {
        List<LoadCells.Cell> cells = new ArrayList<>();
        for (int readers : new int[] {1, 8}) {
            GroupConsumeCell cell =
                    new GroupConsumeCell(
                            options.mode(), platform, peer, topic, recordCount, readers);
            cell.join();
            cells.add(cell);
        }
        LoadCells.run(
                options.mode(),
                cells,
                report,
                "Consume through groups over HTTP (consumer instances, each in a group of its own;"
                        + " a request is a poll), 100-byte values, answers up to 1 MiB",
                "format, readers");
    }

    private void fill() throws IOException, InterruptedException {
        platform.createTopic(topic, 1);
        String url = platform.gateway() + "/topics/" + topic;
        Random random = new Random(7);
        ByteBuffer request = ProduceFormat.NDJSON.request("fill", topic, BATCH_RECORDS, random);
        byte[] body = new byte[BATCH_RECORDS * (ProduceFormat.VALUE_BYTES + 1)];
        request.get(request.limit() - body.length, body);
        for (long done = 0; done < recordCount; done += BATCH_RECORDS) {
            Calls.post(url, "application/x-ndjson", body, 200);
        }
    }

    private final class Shape implements LoadCells.Cell {

        private final ConsumeFormat format;
        private final int readers;

        Shape(ConsumeFormat format, int readers) {
            this.format = format;
            this.readers = readers;
        }

        @Override
        public String figure() {
            return "consume.%s.%d".formatted(format.name().toLowerCase(Locale.ROOT), readers);
        }

        @Override
        public String title() {
            return format + ", " + readers;
        }

        @Override
        public LoadResult run(Duration measured) throws IOException {
            URI server = format == ConsumeFormat.RAW ? platform.broker() : platform.gateway();
            String head = format.head(topic, ANSWER_BYTES_MAX);
            String tail = format.tail(server.getAuthority());
            long apart = recordCount / readers;
            return new HttpLoad(Platform.address(server), platform.usage())
                    .run(
                            readers,
                            reader ->
                                    new ConsumeConversation(
                                            format, head, tail, reader * apart, recordCount),
                            options.mode().warmUp(),
                            measured);
        }

        @Override
        public OptionalDouble peer(String figure) {
            return format == ConsumeFormat.JSON
                    ? peer.consume(readers, figure)
                    : OptionalDouble.empty();
        }
    }
}
