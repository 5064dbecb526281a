package io.headrace.bench.log;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.JmhRun;
import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.bench.report.Report;

/** The bench {@code log}: its parts, one after the other. */
public final class LogBench {

    private LogBench() {}

    public static void run(BenchOptions options, Report report) throws Exception {
        try (TemporaryFolder folder = TemporaryFolder.below(options.directory())) {
            if (options.wants("append")) {
                AppendBench.run(options.mode(), folder.path(), report);
            }
            if (options.wants("read")) {
                ReadBench.run(options.mode(), folder.path(), report);
            }
            if (options.wants("growth")) {
                GrowthBench.run(options.mode(), folder.path(), report);
            }
            if (options.wants("jmh")) {
                JmhRun.run(options.mode(), folder.path(), report);
            }
        }
    }
}
