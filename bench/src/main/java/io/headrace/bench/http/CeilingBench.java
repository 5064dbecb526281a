package io.headrace.bench.http;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.Mode;
import io.headrace.bench.load.CannedServer;
import io.headrace.bench.load.Conversation;
import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadCell;
import io.headrace.bench.machine.ProcessUsage;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Table;
import io.headrace.testkit.process.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;

/**
 * What the load generator itself can do: the same requests against a server that answers prepared
 * bytes. A figure of the platform near this ceiling would be one of the client, not of the
 * platform.
 */
final class CeilingBench {

    private static final int ANSWER_ENTRY_BYTES = 62;
    private static final int FETCH_BYTES = 1 << 20;

    private static final int[][] SHAPES = {{1, 1}, {1, 32}, {100, 32}, {1000, 32}};

    private CeilingBench() {}

    static void run(BenchOptions options, Report report) throws IOException {
        Table table =
                new Table("client's own ceiling", "requests/s", "records/s", "MB/s in", "p50 ms");
        boolean isSmoke = options.mode() == Mode.SMOKE;
        int[][] shapes = isSmoke ? new int[][] {{1, 32}} : SHAPES;
        for (int[] shape : shapes) {
            int records = shape[0];
            ByteBuffer request =
                    ProduceFormat.JSON.request("127.0.0.1:65535", "load", records, new Random(1));
            measure(
                    options.mode(),
                    new Shape(
                            "produce %d x %d".formatted(records, shape[1]),
                            request,
                            50 + ANSWER_ENTRY_BYTES * records,
                            records,
                            shape[1]),
                    table,
                    report);
        }
        ByteBuffer fetch =
                ByteBuffer.wrap(
                        Bytes.ascii(
                                ConsumeFormat.JSON.head("load", FETCH_BYTES)
                                        + 0
                                        + ConsumeFormat.JSON.tail("127.0.0.1:65535")));
        for (int readers : isSmoke ? new int[] {8} : new int[] {1, 8}) {
            measure(
                    options.mode(),
                    new Shape("consume 1 MiB x " + readers, fetch, FETCH_BYTES, 0, readers),
                    table,
                    report);
        }
        report.table("Load generator (one thread) against a server that does nothing", table);
    }

    private record Shape(
            String name, ByteBuffer request, int answerBytes, int records, int connections) {}

    private static void measure(Mode mode, Shape shape, Table table, Report report)
            throws IOException {
        try (ChildJvm child =
                ChildJvm.of(CannedServer.class.getName())
                        .jvmArgs("-XX:+UseSerialGC", "-Xmx64m")
                        .args(
                                Integer.toString(shape.request().remaining()),
                                Integer.toString(shape.answerBytes()))
                        .start()) {
            String line = child.awaitLine(text -> text.startsWith("port "), Duration.ofSeconds(20));
            InetSocketAddress server =
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(line.substring(5)));
            HttpLoad load = new HttpLoad(server, new ProcessUsage(child.pid()));
            String figure = "ceiling." + shape.name().replace(" x ", "x").replace(' ', '.');
            LoadCell cell = new LoadCell(figure);
            double bytes = 0;
            for (int round = 0; round < Math.min(3, mode.rounds()); round++) {
                var result =
                        load.run(
                                shape.connections(),
                                connection -> new Canned(shape),
                                mode.warmUp(),
                                mode.measured());
                cell.add(result);
                bytes = Math.max(bytes, result.gigabytesPerSecond() * 1000);
            }
            cell.report(report);
            table.row(
                    shape.name(),
                    cell.requestsPerSecond().text(0),
                    cell.recordsPerSecond().text(0),
                    "%.0f".formatted(bytes),
                    cell.p50Ms().text(3));
        }
    }

    /** Looks at each answer as the real conversations do. */
    private record Canned(Shape shape) implements Conversation {

        private static final Word OFFSET = new Word("\"offset\":");

        @Override
        public ByteBuffer next() {
            return shape.request().duplicate();
        }

        @Override
        public long check(int status, ByteBuffer body, long bodyBytes) {
            return (long) OFFSET.countNumbers(body) + shape.records();
        }
    }
}
