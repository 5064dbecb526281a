package io.headrace.bench;

import io.headrace.bench.log.LogBenchmark;
import io.headrace.bench.record.RecordBatchBenchmark;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.nio.file.Path;
import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the JMH benchmarks of this module with {@code -prof gc}: time and allocated bytes. */
public final class JmhRun {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private JmhRun() {}

    public static void run(Mode mode, Path folder, Report report) throws RunnerException {
        int iterations = (int) mode.pick(1, 3, 5);
        TimeValue time = TimeValue.milliseconds(mode.pick(50, 1_000, 2_000));
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include(pattern(LogBenchmark.class))
                        .include(pattern(RecordBatchBenchmark.class))
                        .addProfiler(GCProfiler.class)
                        .verbosity(VerboseMode.SILENT)
                        .warmupIterations(iterations)
                        .warmupTime(time)
                        .measurementIterations(iterations)
                        .measurementTime(time)
                        .forks((int) mode.pick(0, 1, 3))
                        .shouldFailOnError(true)
                        .jvmArgs(
                                "-Xmx1g",
                                "-XX:+UseSerialGC",
                                "-D" + LogBenchmark.FOLDER + "=" + folder.toAbsolutePath());
        Collection<RunResult> results = new Runner(options.build()).run();
        Table table = new Table("JMH, one operation", "ns", "allocated bytes");
        for (RunResult result : results) {
            String name = shortName(result.getParams().getBenchmark());
            Result<?> primary = result.getPrimaryResult();
            double allocated = allocated(result);
            table.row(name, Samples.number(primary.getScore(), 1), Samples.number(allocated, 1));
            report.figure("jmh." + name + ".time", "ns", primary.getScore());
            report.figure("jmh." + name + ".allocated", "B", allocated);
        }
        report.table(
                "Allocations (LogBenchmark: a batch of 16 KiB, a fetch of 1 MiB; RecordBatchBenchmark:"
                        + " one record)",
                table);
    }

    @SuppressWarnings("rawtypes") // JMH's own signature
    private static double allocated(RunResult result) {
        for (var entry : result.getSecondaryResults().entrySet()) {
            if (entry.getKey().endsWith(ALLOCATED)) {
                return entry.getValue().getScore();
            }
        }
        return Double.NaN;
    }

    private static String pattern(Class<?> benchmark) {
        return "^" + benchmark.getName().replace(".", "\\.") + "\\.";
    }

    private static String shortName(String benchmark) {
        int method = benchmark.lastIndexOf('.');
        return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
    }
}
