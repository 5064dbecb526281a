package io.headrace.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.bench.Mode;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.SharedPlatform;
import io.headrace.bench.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedPlatform.class)
class HttpBenchSmokeTest {

    @Test
    void runs_in_smoke_mode_without_errors_and_leaves_nothing_behind(
            Platform platform, @TempDir Path folder) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));
        report.begin("http", Mode.SMOKE);
        HttpBench.run(SharedPlatform.options(platform, folder), report);
        assertThat(report.jsonLines())
                .contains(
                        "ceiling.produce.1x32.requests",
                        "produce.json.1x1.requests",
                        "produce.json.1000x32.server_cpu",
                        "produce.binary.100x32.p99",
                        "produce.ndjson.1x32.records",
                        "consume.json.8.records",
                        "consume.ndjson.1.client_cpu",
                        "consume.raw.8.records",
                        "groups.json.8.records",
                        "memory.after_consume");
        List<String> errors =
                report.jsonLines().lines().filter(line -> line.contains(".errors\"")).toList();
        assertThat(errors).hasSize(2 + 12 + 8);
        assertThat(errors).as("%s", printed).allMatch(line -> line.contains("\"median\":0.0"));
        assertThat(folder).isEmptyDirectory();
    }
}
