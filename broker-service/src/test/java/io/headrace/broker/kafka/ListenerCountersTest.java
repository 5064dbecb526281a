package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ListenerCountersTest {

    @Test
    void ten_lines_a_second_are_told_about_strangers_and_again_in_the_next() {
        ListenerCounters counters = new ListenerCounters();
        long nowNs = -5;
        for (int second = 0; second < 3; second++) {
            for (int line = 0; line < ListenerCounters.LINES_PER_SECOND_MAX; line++) {
                assertThat(counters.mayTell(nowNs + line)).isTrue();
            }
            assertThat(counters.mayTell(nowNs + 999_999_999)).isFalse();
            nowNs += 1_000_000_000;
        }
    }
}
