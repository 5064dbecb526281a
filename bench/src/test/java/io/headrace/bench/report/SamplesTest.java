package io.headrace.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void the_median_is_the_middle_or_the_mean_of_the_two_in_the_middle() {
        assertThat(Samples.of(3, 1, 2).median()).isEqualTo(2);
        assertThat(Samples.of(4, 1, 2, 3).median()).isEqualTo(2.5);
        assertThat(Samples.of().median()).isNaN();
    }

    @Test
    void text_shows_the_spread_when_there_is_one() {
        assertThat(Samples.of(1234.56, 1000, 2000).text(1)).isEqualTo("1,234.6 [1,000.0-2,000.0]");
        assertThat(Samples.of(5).text(0)).isEqualTo("5");
        assertThat(Samples.of().text(0)).isEqualTo("-");
    }
}
