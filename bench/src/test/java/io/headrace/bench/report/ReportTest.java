package io.headrace.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.bench.Mode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReportTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Report report =
            new Report(new PrintStream(printed, true, StandardCharsets.UTF_8));

    @Test
    void a_figure_is_one_json_line_with_its_bench_and_mode() {
        report.begin("log", Mode.QUICK);
        report.figure("append.ratio", "ratio", Samples.of(0.95, 0.881234, 0.91));
        assertThat(report.jsonLines())
                .isEqualTo(
                        "{\"bench\":\"log\",\"mode\":\"quick\",\"figure\":\"append.ratio\","
                                + "\"unit\":\"ratio\",\"median\":0.91,\"min\":0.8812,\"max\":0.95}\n");
    }

    @Test
    void a_figure_without_samples_says_none() {
        report.begin("log", Mode.QUICK);
        report.figure("x", "s", new Samples());
        assertThat(report.jsonLines()).contains("\"median\":\"none\"");
    }

    @Test
    void a_smoke_run_says_that_its_figures_mean_nothing() {
        report.begin("log", Mode.SMOKE);
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("mean nothing");
    }
}
