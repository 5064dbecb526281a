package io.headrace.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessUsageTest {

    private final ProcessUsage self = new ProcessUsage(ProcessHandle.current().pid());

    @Test
    void cpu_seconds_of_this_process_grow_while_it_works() {
        double before = self.getAsDouble();
        await().pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(20))
                .until(() -> self.getAsDouble() > before);
        assertThat(before).isPositive();
    }

    @Test
    void a_jvm_is_resident_with_some_megabytes() {
        assertThat(self.residentMiB()).isBetween(10.0, 100_000.0);
    }

    @Test
    void a_process_that_is_gone_counts_as_nothing() {
        ProcessUsage nobody = new ProcessUsage(Integer.MAX_VALUE);
        assertThat(nobody.getAsDouble()).isZero();
        assertThat(nobody.residentMiB()).isZero();
    }
}
