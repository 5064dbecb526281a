package io.headrace.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesTest {

    private static final String SCRAPE =
            """
            # TYPE isrshrinks_total counter
            isrshrinks_total 3.0
            isrshrinks_total_other 100.0
            troubles_total{kind="slow_flush"} 2.0
            troubles_total{kind="slow_reader"} 5.0
            """;

    @Test
    void a_series_is_summed_over_its_labels() {
        assertThat(Series.sum(SCRAPE, "isrshrinks_total")).isEqualTo(3);
        assertThat(Series.sum(SCRAPE, "troubles_total")).isEqualTo(7);
        assertThat(Series.sum(SCRAPE, "nothing_total")).isZero();
    }

    @Test
    void who_was_started_again_counts_from_zero() {
        assertThat(Series.growth(Map.of("one", 3.0, "two", 9.0), Map.of("one", 5.0, "two", 1.0)))
                .isEqualTo(3);
    }

    @Test
    void of_who_did_not_answer_nothing_is_known() {
        assertThat(Series.growth(Map.of("one", 3.0), Map.of("one", 3.0, "two", 4.0))).isZero();
        assertThat(Series.growth(Map.of("one", 3.0), Map.of())).isZero();
    }
}
