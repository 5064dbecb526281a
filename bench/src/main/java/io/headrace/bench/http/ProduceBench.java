package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadResult;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.report.Report;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Random;

/** Produce: records of 100 bytes. */
final class ProduceBench {

    private static final int VARIANTS = 16;

    private final BenchOptions options;
    private final Platform platform;
    private final PeerFigures peer;
    private final Report report;
    private final String topic = "bench-produce-" + Long.toHexString(System.nanoTime());

    ProduceBench(BenchOptions options, Platform platform, PeerFigures peer, Report report) {
        this.options = options;
        this.platform = platform;
        this.peer = peer;
        this.report = report;
    }

    void run() throws IOException, InterruptedException {
        platform.createTopic(topic, 1);
        List<Shape> shapes =
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
        LoadCells.run(
                options.mode(),
                shapes,
                report,
                "Produce over HTTP, 100-byte values, one partition, acks=all (1 replica)",
                "format, records x connections");
    }

    private final class Shape implements LoadCells.Cell {

        private final ProduceFormat format;
        private final int records;
        private final int connections;

        Shape(ProduceFormat format, int records, int connections) {
            this.format = format;
            this.records = records;
            this.connections = connections;
        }

        @Override
        public String figure() {
            String name = format.name().toLowerCase(Locale.ROOT);
            return "produce.%s.%dx%d".formatted(name, records, connections);
        }

        @Override
        public String title() {
            return "%s, %d x %d".formatted(format, records, connections);
        }

        @Override
        public LoadResult run(Duration measured) throws IOException {
            List<ByteBuffer> requests = new ArrayList<>();
            Random random = new Random(records);
            String host = platform.gateway().getAuthority();
            for (int i = 0; i < VARIANTS; i++) {
                requests.add(format.request(host, topic, records, random));
            }
            return new HttpLoad(Platform.address(platform.gateway()), platform.usage())
                    .run(
                            connections,
                            connection -> new ProduceConversation(requests, records, connection),
                            options.mode().warmUp(),
                            measured);
        }

        @Override
        public OptionalDouble peer(String figure) {
            return format == ProduceFormat.JSON
                    ? peer.produce(records, connections, figure)
                    : OptionalDouble.empty();
        }
    }
}
