package io.headrace.system.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class QuietTest {

    private static final TopicPartition ONE = new TopicPartition("t", 0);
    private static final TopicPartition OTHER = new TopicPartition("t", 1);

    @Test
    void an_election_more_than_allowed_is_named() {
        Map<TopicPartition, Integer> before = Map.of(ONE, 3, OTHER, 5);
        assertThat(Quiet.tooOften(before, before, 0)).isEmpty();
        assertThat(Quiet.tooOften(before, Map.of(ONE, 4, OTHER, 5), 0)).containsExactly(ONE);
        assertThat(Quiet.tooOften(before, Map.of(ONE, 4, OTHER, 8), 1)).containsExactly(OTHER);
    }
}
