package io.headrace.model.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class TroublesTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final Troubles troubles = new Troubles(nanos::get);
    private final Logger log = (Logger) LoggerFactory.getLogger(Troubles.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void leave() {
        log.detachAppender(lines);
    }

    @Test
    void a_trouble_is_counted_logged_and_shown() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        troubles.bindTo(registry);
        troubles.note(Trouble.SLOW_FLUSH, () -> "a flush took 2,000 ms");
        assertThat(
                        registry.get(Troubles.METRIC)
                                .tag("kind", "slow_flush")
                                .functionCounter()
                                .count())
                .isEqualTo(1);
        assertThat(registry.get(Troubles.METRIC).functionCounters())
                .as("a series for each kind from the start")
                .hasSize(Trouble.values().length);
        assertThat(texts())
                .containsExactly(
                        "Trouble slow_flush: a flush took 2,000 ms. "
                                + Trouble.SLOW_FLUSH.meaning()
                                + ". "
                                + Trouble.SLOW_FLUSH.remedy()
                                + ".");
        assertThat(troubles.recent()).containsExactly("slow_flush");
    }

    @Test
    void one_line_for_each_kind_in_ten_seconds_says_what_was_left_out() {
        for (int i = 0; i < 100; i++) {
            troubles.note(Trouble.SLOW_READER, () -> "slow");
        }
        troubles.note(Trouble.STARVED, () -> "starved");
        assertThat(texts()).hasSize(2);
        pass(10);
        troubles.note(Trouble.SLOW_READER, () -> "slow");
        assertThat(texts().getLast()).contains("slow (and 99 times more since the last such line)");
        assertThat(troubles.count(Trouble.SLOW_READER)).isEqualTo(101);
    }

    @Test
    void the_health_names_the_kinds_of_the_last_minute_in_one_order() {
        troubles.note(Trouble.STARVED, () -> "starved");
        pass(59);
        troubles.note(Trouble.READ_FAILED, () -> "failed");
        assertThat(troubles.recent()).containsExactly("read_failed", "starved");
        pass(1);
        assertThat(troubles.recent()).containsExactly("read_failed");
        pass(59);
        assertThat(troubles.recent()).isEmpty();
    }

    private List<String> texts() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }
}
