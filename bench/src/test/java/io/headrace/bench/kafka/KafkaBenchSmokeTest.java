package io.headrace.bench.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.bench.Mode;
import io.headrace.bench.machine.Platform;
import io.headrace.bench.machine.SharedPlatform;
import io.headrace.bench.report.Report;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedPlatform.class)
class KafkaBenchSmokeTest {

    @Test
    void runs_in_smoke_mode_beside_a_real_kafka_and_leaves_nothing_behind(
            Platform platform, @TempDir Path folder) throws Exception {
        assertThat(figures(platform, folder, ""))
                .contains(
                        "produce.1024.all.lz4.6.records.ratio",
                        "produce.1024.all.lz4.6.user_cpu.kafka",
                        "produce.1024.all.lz4.6.p99.headrace",
                        "consume.1024.all.lz4.6.records.ratio",
                        "latency.end_to_end.all.p99.ratio",
                        "latency.steady.1.p50.kafka",
                        "memory.ratio",
                        "partitions.seconds.ratio");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void fills_what_it_consumes_when_it_does_not_produce(Platform platform, @TempDir Path folder)
            throws Exception {
        assertThat(figures(platform, folder, "consume"))
                .contains("consume.1024.all.lz4.6.records.ratio")
                .doesNotContain("produce.", "latency.", "partitions.");
    }

    private static String figures(Platform platform, Path folder, String only) throws Exception {
        Report report = new Report(new PrintStream(OutputStream.nullOutputStream()));
        report.begin("kafka", Mode.SMOKE);
        KafkaBench.run(SharedPlatform.options(platform, folder, only), report);
        return report.jsonLines();
    }
}
