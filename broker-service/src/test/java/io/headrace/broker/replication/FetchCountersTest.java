package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FetchCountersTest {

    @Test
    void an_answer_is_late_that_comes_well_after_the_leader_may_let_it_wait() {
        FetchCounters counters = new FetchCounters();
        Duration waitMax = Duration.ofMillis(500);
        counters.answered(1, Duration.ofMillis(700).toNanos(), waitMax);
        assertThat(counters.late()).isZero();
        counters.answered(3, Duration.ofMillis(701).toNanos(), waitMax);
        assertThat(counters.late()).isOne();
        assertThat(counters.lastLate()).isEqualTo(new FetchCounters.LateAnswer(3, 701));
    }
}
