package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameMemoryTest {

    private final FrameMemory memory = new FrameMemory(100);
    private final List<String> called = new ArrayList<>();

    @Test
    void who_finds_none_is_called_in_the_order_of_asking() {
        assertThat(memory.take(80, () -> called.add("never"))).isTrue();
        assertThat(memory.take(30, () -> called.add("first"))).isFalse();
        assertThat(memory.take(30, () -> called.add("second"))).isFalse();
        memory.give(80);
        assertThat(called).containsExactly("first");
        assertThat(memory.take(30, () -> called.add("first again"))).isTrue();
        memory.give(30);
        assertThat(called).containsExactly("first", "second");
    }

    @Test
    void frames_behind_others_get_the_first_half_only_and_are_not_called() {
        assertThat(memory.takeAhead(30)).isTrue();
        assertThat(memory.takeAhead(21)).isFalse();
        assertThat(memory.take(70, () -> called.add("never"))).isTrue();
        assertThat(memory.takeAhead(1)).isFalse();
        memory.give(70);
        assertThat(memory.takeAhead(20)).isTrue();
        memory.give(50);
        assertThat(memory.used()).isZero();
        assertThat(called).isEmpty();
    }

    @Test
    void a_frame_larger_than_the_bound_passes_when_nothing_else_is_held() {
        assertThat(memory.take(500, () -> called.add("large"))).isTrue();
        assertThat(memory.take(1, () -> called.add("small"))).isFalse();
        memory.give(500);
        assertThat(memory.used()).isZero();
        assertThat(called).containsExactly("small");
    }
}
