package io.headrace.bench.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.bench.Mode;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.SharedPlatform;
import io.headrace.bench.report.Report;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedPlatform.class)
class FetchBenchSmokeTest {

    @Test
    void runs_in_smoke_mode_without_an_error_and_leaves_nothing_behind(
            Platform platform, @TempDir Path folder) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));
        report.begin("fetch", Mode.SMOKE);
        FetchBench.run(SharedPlatform.options(platform, folder), report);
        for (String what : new String[] {"range.1", "range.4", "whole.1", "whole.4"}) {
            assertThat(report.jsonLines())
                    .contains(what + ".ratio")
                    .contains(what + ".errors\",\"unit\":\"count\",\"median\":0.0");
        }
        assertThat(folder).isEmptyDirectory();
    }
}
