package io.headrace.bench.log;

import io.headrace.bench.Mode;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.broker.log.TimeLookup;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Whether a log gets slower as it grows: lookup by offset, lookup by timestamp and append, in a
 * small log and in a large one, in turns.
 *
 * <p>Small: 100 MB, large: 10 GB (full), 2 GB (quick). Both were just written, so both lie in the
 * page cache as far as it holds them; lookups go to random places of the whole log. One millisecond
 * passes per record. Times are CPU time of the thread, so that other work on the machine and a wait
 * for the device do not hide the growth. {@code plain_read} is what the machine itself takes longer
 * for in a large file: one read of a batch header's size at a random place, no log involved.
 */
final class GrowthBench {

    private static final int BATCH_BYTES = 64 * 1024;
    private static final int FETCH_BYTES = 1 << 20;
    private static final long FREE_BYTES_MIN = 4L << 30;

    private enum Operation {
        PLAIN_READ,
        OFFSET_LOOKUP,
        TIME_LOOKUP,
        APPEND
    }

    private final Random random = new Random(5);
    private final ByteBuffer oneRecord = Batches.ofCount(1);
    private final ByteBuffer header = ByteBuffer.allocateDirect(RecordBatch.HEADER_SIZE);

    private GrowthBench() {}

    static void run(Mode mode, Path folder, Report report) throws IOException {
        long small = mode.pick(4, 100, 100) * 1_000_000;
        long large = mode.pick(16, 2_000, 10_000) * 1_000_000;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < large + FREE_BYTES_MIN) {
            report.note("growth: skipped, " + free / 1_000_000 + " MB free in " + folder);
            return;
        }
        if (mode == Mode.QUICK) {
            report.note("growth: the large log has 2 GB in quick mode; --full builds 10 GB");
        }
        try (OneLog smallLog = filled(folder.resolve("small"), small);
                OneLog largeLog = filled(folder.resolve("large"), large)) {
            new GrowthBench().compare(mode, smallLog, largeLog, report);
        }
    }

    private static OneLog filled(Path folder, long size) throws IOException {
        OneLog one = new OneLog(folder);
        ByteBuffer batch = Batches.ofSize(BATCH_BYTES);
        while (one.log().sizeInBytes() < size) {
            Batches.stampTimes(batch, Batches.FIRST_TIMESTAMP_MS + one.log().logEndOffset());
            one.append(batch.duplicate());
        }
        return one;
    }

    private void compare(Mode mode, OneLog small, OneLog large, Report report) throws IOException {
        Table table =
                new Table(
                        "operation",
                        "%.1f GB, CPU ns".formatted(small.log().sizeInBytes() / 1e9),
                        "%.1f GB, CPU ns".formatted(large.log().sizeInBytes() / 1e9),
                        "ratio (aim 1.2 or less)");
        int rounds = (int) mode.pick(2, 15, 25);
        for (Operation operation : Operation.values()) {
            int count =
                    operation == Operation.OFFSET_LOOKUP || operation == Operation.PLAIN_READ
                            ? 20_000
                            : 2_000;
            int perRound = (int) mode.pick(50, count, count);
            Samples smallNs = new Samples();
            Samples largeNs = new Samples();
            Samples ratio = new Samples();
            for (int round = -5; round < rounds; round++) {
                boolean smallFirst = round % 2 == 0;
                double first = nanos(operation, smallFirst ? small : large, perRound);
                double second = nanos(operation, smallFirst ? large : small, perRound);
                if (round >= 0) {
                    smallNs.add(smallFirst ? first : second);
                    largeNs.add(smallFirst ? second : first);
                    ratio.add(smallFirst ? second / first : first / second);
                }
            }
            String name = operation.name().toLowerCase(java.util.Locale.ROOT);
            table.row(name, smallNs.text(0), largeNs.text(0), ratio.text(2));
            report.figure("growth." + name + ".small", "ns", smallNs);
            report.figure("growth." + name + ".large", "ns", largeNs);
            report.figure("growth." + name + ".ratio", "ratio", ratio);
        }
        report.table("Cost of one operation in a small and in a large log", table);
    }

    private double nanos(Operation operation, OneLog one, int count) throws IOException {
        long end = one.log().logEndOffset();
        Stopwatch watch = Stopwatch.start();
        for (int i = 0; i < count; i++) {
            switch (operation) {
                case PLAIN_READ -> readPlain(one);
                case OFFSET_LOOKUP -> findOffset(one, random.nextLong(end), end);
                case TIME_LOOKUP -> findTime(one, random.nextLong(end), end);
                case APPEND -> appendOne(one);
            }
        }
        return watch.cpuNs() / count;
    }

    private void readPlain(OneLog one) throws IOException {
        List<FileChannel> files = one.files();
        FileChannel file = files.get(random.nextInt(files.size()));
        header.clear();
        if (file.read(header, random.nextLong(file.size() - header.capacity())) < 0) {
            throw new IOException("a segment became shorter");
        }
    }

    private static void findOffset(OneLog one, long offset, long end) {
        if (!(one.log().read(offset, FETCH_BYTES, end, true)
                instanceof ReadOutcome.Found(LogSlice slice))) {
            throw new IllegalStateException("nothing at offset " + offset);
        }
        slice.close();
    }

    private static void findTime(OneLog one, long offset, long end) {
        long timestampMs = Batches.FIRST_TIMESTAMP_MS + offset;
        if (!(one.log().offsetForTimestamp(timestampMs, end)
                instanceof TimeLookup.Found(var found))) {
            throw new IllegalStateException("nothing at time " + timestampMs);
        }
        if (found.timestamp() != timestampMs) {
            throw new IllegalStateException(timestampMs + " found as " + found);
        }
    }

    private void appendOne(OneLog one) {
        Batches.stampTimes(oneRecord, Batches.FIRST_TIMESTAMP_MS + one.log().logEndOffset());
        one.append(oneRecord.duplicate());
    }
}
