package io.headrace.bench.log;

import io.headrace.bench.Mode;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.ReadOutcome;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reading a log from start to end in slices of at most 1 MiB, each sent to a loopback socket with
 * {@code sendfile}, against {@code sendfile} of the same file in pieces of 1 MiB.
 */
final class ReadBench {

    private static final int BATCH_BYTES = 64 * 1024;
    private static final int SLICE_BYTES = 1 << 20;

    private record Sent(double gigabytesPerSecond, double cpuSecondsPerGiB) {}

    private ReadBench() {}

    static void run(Mode mode, Path folder, Report report) throws IOException {
        ByteBuffer batch = Batches.ofSize(BATCH_BYTES);
        long size = mode.pick(8 << 20, 512 << 20, 1000 << 20);
        int rounds = (int) mode.pick(1, 9, 15);
        Samples[] speeds = {new Samples(), new Samples(), new Samples(), new Samples()};
        Samples ratio = new Samples();
        try (OneLog one = new OneLog(folder.resolve("read"));
                SocketDrain drain = new SocketDrain()) {
            while (one.log().sizeInBytes() + batch.limit() <= size) {
                one.append(batch.duplicate());
            }
            long total = 0;
            for (int round = -2; round < rounds; round++) {
                boolean plainFirst = round % 2 == 0;
                Sent first = plainFirst ? plain(one, drain, total) : log(one, drain, total);
                total += one.log().sizeInBytes();
                Sent second = plainFirst ? log(one, drain, total) : plain(one, drain, total);
                total += one.log().sizeInBytes();
                if (round >= 0) {
                    Sent plain = plainFirst ? first : second;
                    Sent log = plainFirst ? second : first;
                    speeds[0].add(plain.gigabytesPerSecond());
                    speeds[1].add(plain.cpuSecondsPerGiB());
                    speeds[2].add(log.gigabytesPerSecond());
                    speeds[3].add(log.cpuSecondsPerGiB());
                    ratio.add(log.gigabytesPerSecond() / plain.gigabytesPerSecond());
                }
            }
        }
        print(report, speeds, ratio);
    }

    private static void print(Report report, Samples[] speeds, Samples ratio) {
        report.table(
                "Sequential read from the page cache into a loopback socket, 1 MiB at a time",
                new Table("side", "GB/s", "sender CPU s/GiB")
                        .row("plain transferTo of the file", speeds[0].text(2), speeds[1].text(3))
                        .row("PartitionLog.read, transferTo", speeds[2].text(2), speeds[3].text(3))
                        .row("ratio log / plain", ratio.text(2), "-"));
        report.figure("read.plain", "GB/s", speeds[0]);
        report.figure("read.plain_cpu", "s/GiB", speeds[1]);
        report.figure("read.log", "GB/s", speeds[2]);
        report.figure("read.log_cpu", "s/GiB", speeds[3]);
        report.figure("read.ratio", "ratio", ratio);
    }

    private static Sent plain(OneLog one, SocketDrain drain, long before) throws IOException {
        long size = one.log().sizeInBytes();
        try (FileChannel file = FileChannel.open(one.firstSegment(), StandardOpenOption.READ)) {
            long cpuNs = threadCpuNs();
            long startNs = System.nanoTime();
            for (long at = 0; at < size; at += SLICE_BYTES) {
                drain.transfer(file, at, Math.min(SLICE_BYTES, size - at));
            }
            cpuNs = threadCpuNs() - cpuNs;
            drain.await(before + size);
            return speed(size, startNs, cpuNs);
        }
    }

    private static Sent log(OneLog one, SocketDrain drain, long before) throws IOException {
        long size = one.log().sizeInBytes();
        long end = one.log().logEndOffset();
        long cpuNs = threadCpuNs();
        long startNs = System.nanoTime();
        long offset = 0;
        while (offset < end) {
            if (!(one.log().read(offset, SLICE_BYTES, end, true)
                    instanceof ReadOutcome.Found(LogSlice slice))) {
                throw new IllegalStateException("nothing at offset " + offset);
            }
            try (slice) {
                FileChannel file = slice.transferChannel().orElseThrow();
                drain.transfer(file, slice.position(), slice.length());
                offset = slice.endOffset();
            }
        }
        cpuNs = threadCpuNs() - cpuNs;
        drain.await(before + size);
        return speed(size, startNs, cpuNs);
    }

    private static Sent speed(long size, long startNs, long cpuNs) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        return new Sent(size / 1e9 / seconds, cpuNs / 1e9 / size * (1L << 30));
    }

    private static long threadCpuNs() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
