package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training run that fails costs users only their start-up cache, so that nobody would see it. */
class TrainingRunTest {

    @TempDir Path folder;

    @Test
    void it_works_and_ends() {
        try (ChildJvm run =
                ChildJvm.of("io.headrace.standalone.TrainingRun")
                        .jvmArgs(PlatformProcess.JVM)
                        .args(folder.toString())
                        .start()) {
            assertThat(run.awaitExit(Duration.ofMinutes(5))).as(run.output()).isZero();
            assertThat(run.output()).contains("Headrace is ready in", ": broker 2, ");
        }
    }
}
