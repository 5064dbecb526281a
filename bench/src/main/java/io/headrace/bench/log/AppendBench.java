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
 * one pay for the pages of all. Order: plain, log, log, plain, and so on. CPU time is shown beside
 * wall time: on a busy machine only that one can be trusted.
 */
final class AppendBench {

    private static final int BATCH_BYTES = 64 * 1024;

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
        Samples cpuRatio = new Samples();
        for (int round = 0; round < rounds; round++) {
            boolean plainFirst = round % 2 == 0;
            Speed first = plainFirst ? plain(folder, batch, count) : log(folder, batch, count);
            Speed second = plainFirst ? log(folder, batch, count) : plain(folder, batch, count);
            Speed ofPlain = plainFirst ? first : second;
            Speed ofLog = plainFirst ? second : first;
            plain.add(ofPlain.wall());
            log.add(ofLog.wall());
            ratio.add(ofLog.wall() / ofPlain.wall());
            cpuRatio.add(ofLog.cpu() / ofPlain.cpu());
            check.add(checkOnly(folder, batch, count).wall());
        }
        print(report, plain, log, check, ratio, cpuRatio);
    }

    private static void print(
            Report report,
            Samples plain,
            Samples log,
            Samples check,
            Samples ratio,
            Samples cpuRatio) {
        report.table(
                "Append, 1 KiB records in 64 KiB batches, into the page cache",
                new Table("side", "GB/s")
                        .row("plain FileChannel.write", plain.text(2))
                        .row("PartitionLog.append (check included)", log.text(2))
                        .row("  of it: PartitionLog.check alone", check.text(2))
                        .row("ratio log / plain (aim 0.8 or more)", ratio.text(2))
                        .row("  the same per CPU second of the thread", cpuRatio.text(2)));
        report.figure("append.plain", "GB/s", plain);
        report.figure("append.log", "GB/s", log);
        report.figure("append.check", "GB/s", check);
        report.figure("append.ratio", "ratio", ratio);
        report.figure("append.cpu_ratio", "ratio", cpuRatio);
    }

    /** So many writes to a new file. */
    private static Speed plain(Path folder, ByteBuffer batch, int count) throws IOException {
        Path file = folder.resolve("plain.bin");
        Speed speed;
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            Stopwatch watch = Stopwatch.start();
            long position = 0;
            for (int i = 0; i < count; i++) {
                ByteBuffer source = batch.duplicate();
                while (source.hasRemaining()) {
                    position += channel.write(source, position);
                }
            }
            speed = watch.stop((long) count * batch.limit());
        }
        Files.delete(file);
        return speed;
    }

    private static Speed log(Path folder, ByteBuffer batch, int count) throws IOException {
        try (OneLog one = new OneLog(folder.resolve("log"))) {
            Stopwatch watch = Stopwatch.start();
            for (int i = 0; i < count; i++) {
                one.append(batch.duplicate());
            }
            return watch.stop((long) count * batch.limit());
        }
    }

    private static Speed checkOnly(Path folder, ByteBuffer batch, int count) throws IOException {
        try (OneLog one = new OneLog(folder.resolve("log"))) {
            Stopwatch watch = Stopwatch.start();
            int sound = 0;
            for (int i = 0; i < count; i++) {
                if (one.log().check(batch.duplicate())
                        instanceof io.headrace.broker.log.CheckOutcome.Sound) {
                    sound++;
                }
            }
            return watch.stop((long) sound * batch.limit());
        }
    }
}
