package io.headrace.bench.log;

import io.headrace.bench.Mode;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Appending 64 KiB batches of 1 KiB records, checks included, against writing the same bytes to a
 * plain file in the same folder.
 *
 * <p>Both write into the page cache. The first use of a memory page is dear on a virtual machine,
 * so each round's file is deleted before the next round and the rounds before the first measured
 * one pay for the pages of all. Order: plain, log, log, plain, and so on.
 */
final class AppendBench {

    private static final int BATCH_BYTES = 64 * 1024;
    private static final double GIGA = 1e9;

    private AppendBench() {}

    static void run(Mode mode, Path folder, Report report) throws IOException {
        ByteBuffer batch = Batches.ofSize(BATCH_BYTES);
        int count = (int) (mode.pick(4 << 20, 512 << 20, 1 << 30) / batch.limit());
        int rounds = (int) mode.pick(1, 9, 15);
        for (int i = 0; i < mode.pick(1, 3, 3); i++) {
            plain(folder, batch, count);
            log(folder, batch, count);
        }
        Samples plain = new Samples();
        Samples log = new Samples();
        Samples check = new Samples();
        Samples ratio = new Samples();
        for (int round = 0; round < rounds; round++) {
            boolean plainFirst = round % 2 == 0;
            double first = plainFirst ? plain(folder, batch, count) : log(folder, batch, count);
            double second = plainFirst ? log(folder, batch, count) : plain(folder, batch, count);
            plain.add(plainFirst ? first : second);
            log.add(plainFirst ? second : first);
            ratio.add(plainFirst ? second / first : first / second);
            check.add(checkOnly(folder, batch, count));
        }
        print(report, plain, log, check, ratio);
    }

    private static void print(
            Report report, Samples plain, Samples log, Samples check, Samples ratio) {
        report.table(
                "Append, 1 KiB records in 64 KiB batches, into the page cache",
                new Table("side", "GB/s")
                        .row("plain FileChannel.write", plain.text(2))
                        .row("PartitionLog.append (check included)", log.text(2))
                        .row("  of it: PartitionLog.check alone", check.text(2))
                        .row("ratio log / plain (aim 0.8 or more)", ratio.text(2)));
        report.figure("append.plain", "GB/s", plain);
        report.figure("append.log", "GB/s", log);
        report.figure("append.check", "GB/s", check);
        report.figure("append.ratio", "ratio", ratio);
    }

    /** GB/s of so many writes to a new file. */
    private static double plain(Path folder, ByteBuffer batch, int count) throws IOException {
        Path file = folder.resolve("plain.bin");
        double seconds;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long startNs = System.nanoTime();
            long position = 0;
            for (int i = 0; i < count; i++) {
                ByteBuffer source = batch.duplicate();
                while (source.hasRemaining()) {
                    position += channel.write(source, position);
                }
            }
            seconds = (System.nanoTime() - startNs) / 1e9;
        }
        Files.delete(file);
        return (double) count * batch.limit() / GIGA / seconds;
    }

    private static double log(Path folder, ByteBuffer batch, int count) throws IOException {
        try (OneLog one = new OneLog(folder.resolve("log"))) {
            long startNs = System.nanoTime();
            for (int i = 0; i < count; i++) {
                one.append(batch.duplicate());
            }
            double seconds = (System.nanoTime() - startNs) / 1e9;
            return (double) count * batch.limit() / GIGA / seconds;
        }
    }

    private static double checkOnly(Path folder, ByteBuffer batch, int count) throws IOException {
        try (OneLog one = new OneLog(folder.resolve("log"))) {
            long startNs = System.nanoTime();
            int sound = 0;
            for (int i = 0; i < count; i++) {
                if (one.log().check(batch.duplicate())
                        instanceof io.headrace.broker.log.CheckOutcome.Sound) {
                    sound++;
                }
            }
            double seconds = (System.nanoTime() - startNs) / 1e9;
            return (double) sound * batch.limit() / GIGA / seconds;
        }
    }
}
