package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.replica.LedPartition.Append;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EarlyAppendsTest {

    private LedPartition led;

    /** It has led, but long ago. */
    @BeforeEach
    void follow() throws Exception {
        led = new LedPartition(List.of(1), 1);
        assertThat(led.partition.follow(1)).isTrue();
        led.pass(Duration.ofSeconds(1));
    }

    @AfterEach
    void close() throws Exception {
        led.close();
    }

    @Test
    void appends_that_come_before_the_leadership_wait_for_it_and_keep_their_order()
            throws Exception {
        led.stopTimer();
        Append first = led.append(1);
        Append second = led.append(1);
        assertThat(first.outcome).isNull();
        led.leads(new PartitionState(1, 2, List.of(1), 0));
        assertThat(offset(first)).isZero();
        assertThat(offset(second)).isEqualTo(1);
    }

    @Test
    void an_append_is_refused_when_the_leadership_does_not_come() {
        Append append = led.append(1);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> append.outcome != null);
        assertRefused(append, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void who_has_just_led_refuses_at_once() throws Exception {
        led.stopTimer();
        led.leads(new PartitionState(1, 2, List.of(1), 0));
        assertThat(led.partition.follow(3)).isTrue();
        led.pass(Duration.ofMillis(999));
        assertRefused(led.append(1), ErrorCode.NOT_LEADER_OR_FOLLOWER);
        led.pass(Duration.ofMillis(1));
        assertThat(led.append(1).outcome).isNull();
    }

    @Test
    void a_replica_that_ends_refuses_those_that_wait_and_later_ones_at_once() {
        led.stopTimer();
        Append early = led.append(1);
        led.partition.close(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused(early, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertRefused(led.append(1), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void so_many_may_wait_and_the_next_is_refused_at_once() {
        led.stopTimer();
        for (int i = 0; i < LedPartition.QUEUED_MAX; i++) {
            assertThat(led.append(1).outcome).isNull();
        }
        assertRefused(led.append(1), ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    private static long offset(Append append) {
        assertThat(append.outcome).isInstanceOf(ProduceOutcome.Done.class);
        return ((ProduceOutcome.Done) append.outcome).baseOffset();
    }

    private static void assertRefused(Append append, ErrorCode code) {
        assertThat(append.outcome)
                .isInstanceOfSatisfying(
                        ProduceOutcome.NotDone.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }
}
