package io.headrace.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReplicationThrottleTest {

    private static final long SECOND = 1_000_000_000L;

    private long rate = 1_000;
    private long nowNanos = 5 * SECOND;
    private final ReplicationThrottle throttle =
            new ReplicationThrottle(() -> rate, () -> nowNanos);

    @Test
    void what_was_overdrawn_is_waited_for_and_nothing_is_saved_up_beyond_a_second() {
        assertThat(throttle.isExhausted()).isFalse();
        throttle.spent(3_000);
        nowNanos += 2 * SECOND;
        assertThat(throttle.isExhausted()).isTrue();
        nowNanos += 1;
        assertThat(throttle.isExhausted()).isFalse();
        nowNanos += 100 * SECOND;
        throttle.spent(1_000);
        assertThat(throttle.isExhausted()).isTrue();
    }

    @Test
    void over_an_hour_the_rate_holds_and_it_may_change_meanwhile() {
        long sent = 0;
        for (int tick = 0; tick < 36_000; tick++) {
            if (!throttle.isExhausted()) {
                throttle.spent(700);
                sent += 700;
            }
            nowNanos += SECOND / 10;
        }
        assertThat(sent).isBetween(3_599_000L, 3_602_000L);
        rate = Long.MAX_VALUE;
        throttle.spent(1L << 40);
        assertThat(throttle.isExhausted()).isFalse();
    }

    @Test
    void the_setting_names_replicas_or_all() {
        assertThat(ThrottledReplicas.contains("0:1, 3:2", 3, 2)).isTrue();
        assertThat(ThrottledReplicas.contains("0:1,3:2", 3, 1)).isFalse();
        assertThat(ThrottledReplicas.contains("*", 3, 1)).isTrue();
        assertThat(ThrottledReplicas.contains("", 3, 1)).isFalse();
        assertThat(ThrottledReplicas.contains(null, 3, 1)).isFalse();
    }
}
