package io.headrace.bench.fetch;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.log.Batches;
import io.headrace.bench.machine.Calls;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.bench.report.Report;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The same segment file from the page cache over HTTP: by the broker, and by nginx with {@code
 * sendfile on}. Same client, same pieces, alternated, 1 and 4 connections.
 *
 * <p>{@code range}: batch fetches of up to 1 MiB against range requests for the same bytes; {@code
 * whole}: the segment endpoint against the whole file. Over loopback the receiver copies what
 * {@code sendfile} did not, so zero copy shows in the server's CPU rather than in GB/s.
 */
public final class FetchBench {

    private static final int BATCH_BYTES = 64 * 1024;
    private static final int FETCH_BYTES = 1 << 20;

    private final BenchOptions options;
    private final String topic = "bench-fetch-" + Long.toHexString(System.nanoTime());

    private FetchBench(BenchOptions options) {
        this.options = options;
    }

    public static void run(BenchOptions options, Report report) throws Exception {
        Optional<Path> nginx = Nginx.program();
        if (nginx.isEmpty()) {
            report.note(Nginx.HOW_TO_INSTALL);
        }
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory());
                Platform platform = Platform.of(options, folder.path().resolve("platform"))) {
            new FetchBench(options).run(platform, nginx, folder.path().resolve("nginx"), report);
        }
    }

    private void run(Platform platform, Optional<Path> nginx, Path nginxFolder, Report report)
            throws IOException, InterruptedException {
        long batchBytes = fill(platform, options.mode().pick(4, 256, 1000) * 1_000_000);
        Path segment = segment(platform.data());
        report.note("segment of " + Files.size(segment) / 1_000_000 + " MB");
        Duel duel = new Duel(options, platform, report);
        duel.warmUp(fetches(segment, batchBytes));
        if (nginx.isPresent()) {
            try (Nginx running = Nginx.start(nginx.get(), nginxFolder, folderOf(segment))) {
                compare(duel, running, segment, batchBytes);
            }
        } else {
            compare(duel, null, segment, batchBytes);
        }
        duel.print();
    }

    private void compare(Duel duel, @Nullable Nginx nginx, Path segment, long batchBytes)
            throws IOException {
        for (int connections : new int[] {1, 4}) {
            if (options.wants("range")) {
                duel.run(
                        "range",
                        connections,
                        fetches(segment, batchBytes),
                        nginx,
                        ranges(segment, batchBytes));
            }
            if (options.wants("whole")) {
                long size = Files.size(segment);
                String path = "/v1/topics/" + topic + "/partitions/0/segments/0";
                duel.run(
                        "whole",
                        connections,
                        List.of(Asks.Piece.get("broker", path, "", size)),
                        nginx,
                        List.of(Asks.Piece.get("nginx", "/" + segment.getFileName(), "", size)));
            }
        }
    }

    /** Batch fetches that walk the segment, as many whole batches as 1 MiB holds. */
    private List<Asks.Piece> fetches(Path segment, long batchBytes) throws IOException {
        List<Asks.Piece> pieces = new ArrayList<>();
        long perFetch = FETCH_BYTES / batchBytes;
        long offsetsPerBatch = RecordBatch.lastOffsetDelta(Batches.ofSize(BATCH_BYTES), 0) + 1L;
        long batches = Files.size(segment) / batchBytes;
        for (long batch = 0; batch + perFetch <= batches; batch += perFetch) {
            String path =
                    "/v1/topics/%s/partitions/0/batches?max_bytes=%d&offset=%d"
                            .formatted(topic, FETCH_BYTES, batch * offsetsPerBatch);
            pieces.add(Asks.Piece.get("broker", path, "", perFetch * batchBytes));
        }
        return pieces;
    }

    /** The same bytes of the file. */
    private static List<Asks.Piece> ranges(Path segment, long batchBytes) throws IOException {
        List<Asks.Piece> pieces = new ArrayList<>();
        long length = FETCH_BYTES / batchBytes * batchBytes;
        for (long at = 0; at + length <= Files.size(segment); at += length) {
            String range = "Range: bytes=%d-%d\r\n".formatted(at, at + length - 1);
            pieces.add(Asks.Piece.get("nginx", "/" + segment.getFileName(), range, length));
        }
        return pieces;
    }

    /** Produces whole batches through the broker; answers the size of one. */
    private long fill(Platform platform, long size) throws IOException, InterruptedException {
        platform.createTopic(topic, 1);
        ByteBuffer batch = Batches.ofSize(BATCH_BYTES);
        byte[] one = new byte[batch.remaining()];
        batch.get(one);
        String url = platform.broker() + "/v1/topics/" + topic + "/partitions/0/batches?acks=1";
        for (long done = 0; done < size; done += one.length) {
            Calls.post(url, BatchesHttp.MEDIA_TYPE, one, 200);
        }
        return one.length;
    }

    private static Path folderOf(Path file) {
        return file.resolveSibling(".").normalize();
    }

    private Path segment(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(
                            file -> file.toString().endsWith(topic + "-0/00000000000000000000.log"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no segment of " + topic + " in " + folder));
        }
    }
}
