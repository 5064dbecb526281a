package io.headrace.system.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatenciesTest {

    private final Latencies latencies = new Latencies();

    @Test
    void nothing_took_no_time() {
        assertThat(latencies.p99Ms()).isEqualTo(-1);
    }

    @Test
    void one_slow_one_of_a_hundred_does_not_count_and_two_do() {
        for (int i = 0; i < 99; i++) {
            latencies.took(3);
        }
        latencies.took(5_000);
        assertThat(latencies.p99Ms()).isEqualTo(25);
        latencies.took(5_000);
        assertThat(latencies.p99Ms()).isEqualTo(5_025);
    }

    @Test
    void what_is_longer_than_a_minute_counts_as_a_minute() {
        latencies.took(600_000);
        assertThat(latencies.p99Ms()).isEqualTo(60_000);
    }
}
