package io.headrace.bench.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.Mode;
import io.headrace.bench.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogBenchSmokeTest {

    @Test
    void runs_in_smoke_mode_and_leaves_nothing_behind(@TempDir Path folder) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));
        report.begin("log", Mode.SMOKE);
        LogBench.run(BenchOptions.of(Mode.SMOKE, folder), report);
        assertThat(report.jsonLines())
                .contains(
                        "append.ratio",
                        "read.ratio",
                        "growth.offset_lookup.ratio",
                        "growth.time_lookup.ratio",
                        "growth.append.ratio",
                        "jmh.LogBenchmark.append.allocated",
                        "jmh.LogBenchmark.fetch.allocated",
                        "jmh.RecordBatchBenchmark.build.allocated",
                        "jmh.RecordBatchBenchmark.read.allocated");
        assertThat(folder).isEmptyDirectory();
    }
}
