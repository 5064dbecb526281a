package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromQlTest {

    @Test
    void names_of_metrics_are_found_and_functions_labels_words_and_numbers_are_not() {
        assertThat(
                        PromQl.metrics(
                                "sum by (pod, topic) (rate(a_total{pod=~\"$pod\",x!=\"b{c\"}[5m]))"
                                        + " / on(pod) group_left avg without(x) (b:c) > 1e3 or vector(0)"))
                .containsExactly("a_total", "b:c");
        assertThat(PromQl.metrics("up{job=\"zookeeper\"} == 0")).containsExactly("up");
        assertThat(PromQl.metrics("x offset 5m unless y and bool_z")).contains("x", "y", "bool_z");
        assertThat(PromQl.metrics("topk(10, max_over_time(d[1h:30s]))")).containsExactly("d");
    }
}
