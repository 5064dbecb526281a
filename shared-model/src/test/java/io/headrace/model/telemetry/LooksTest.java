package io.headrace.model.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is looked at, with times that the tests say. */
class LooksTest {

    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Troubles troubles = new Troubles(() -> 0);

    @TempDir Path temp;

    // ---- pauses

    @Test
    void who_wakes_late_stood_still() {
        PauseWatch watch = new PauseWatch(troubles);
        watch.slept(100 * MS, 349 * MS, 0);
        assertThat(troubles.recent()).isEmpty();
        watch.slept(100 * MS, 351 * MS, SECOND);
        assertThat(troubles.recent()).containsExactly("stood_still");
    }

    @Test
    void who_wakes_a_little_late_again_and_again_is_starved() {
        PauseWatch watch = new PauseWatch(troubles);
        for (int i = 0; i < 15; i++) {
            watch.slept(100 * MS, 200 * MS, i * 200L * MS);
        }
        assertThat(troubles.recent()).isEmpty();
        watch.slept(100 * MS, 200 * MS, 3 * SECOND);
        assertThat(troubles.recent()).containsExactly("starved");
    }

    @Test
    void what_was_lost_long_ago_is_forgotten() {
        PauseWatch watch = new PauseWatch(troubles);
        for (int i = 0; i < 100; i++) {
            watch.slept(100 * MS, 225 * MS, i * 500L * MS);
        }
        assertThat(troubles.recent()).isEmpty();
    }

    // ---- the network

    @Test
    void one_of_a_hundred_segments_sent_again_is_a_trouble() throws IOException {
        Path figures = temp.resolve("snmp");
        NetworkLoss loss = new NetworkLoss(troubles, figures, 0.01);
        says(figures, 1_000, 50);
        loss.look(0);
        says(figures, 2_000, 60);
        loss.look(5 * SECOND);
        assertThat(troubles.recent()).as("10 of 1,010 is not more than 1 %").isEmpty();
        says(figures, 3_000, 71);
        loss.look(9 * SECOND);
        assertThat(troubles.recent()).as("too early to look").isEmpty();
        loss.look(10 * SECOND);
        assertThat(troubles.recent()).containsExactly("packets_lost");
    }

    @Test
    void little_traffic_says_nothing() throws IOException {
        Path figures = temp.resolve("snmp");
        NetworkLoss loss = new NetworkLoss(troubles, figures, 0.01);
        says(figures, 0, 0);
        loss.look(0);
        says(figures, 199, 50);
        loss.look(5 * SECOND);
        assertThat(troubles.recent()).isEmpty();
    }

    @Test
    void a_machine_that_does_not_say_is_not_looked_at() throws IOException {
        Path figures = temp.resolve("snmp");
        NetworkLoss loss = new NetworkLoss(troubles, figures, 0.01);
        loss.look(0);
        says(figures, 1_000, 1_000);
        loss.look(5 * SECOND);
        says(figures, 2_000, 2_000);
        loss.look(10 * SECOND);
        assertThat(troubles.recent()).isEmpty();
    }

    private static void says(Path figures, long sent, long again) throws IOException {
        Files.writeString(
                figures,
                "Ip: Forwarding\nIp: 1\nTcp: MaxConn InSegs OutSegs RetransSegs InErrs\n"
                        + "Tcp: -1 5 %d %d 0\n".formatted(sent, again));
    }

    // ---- counters

    @Test
    void a_counter_that_grows_too_much_in_its_window_is_a_trouble() {
        AtomicLong counter = new AtomicLong(1_000_000);
        Growth growth = growth(counter, 5, 500);
        growth.look(0);
        for (int second = 1; second <= 20; second++) {
            counter.addAndGet(99);
            growth.look(second * SECOND);
        }
        assertThat(troubles.recent()).isEmpty();
        for (int second = 21; second <= 25; second++) {
            counter.addAndGet(101);
            growth.look(second * SECOND);
        }
        assertThat(troubles.recent()).containsExactly("connection_storm");
    }

    @Test
    void what_grew_while_nobody_looked_is_not_the_growth_of_one_window() {
        AtomicLong counter = new AtomicLong();
        Growth growth = growth(counter, 5, 500);
        growth.look(0);
        counter.addAndGet(600);
        growth.look(60 * SECOND);
        assertThat(troubles.recent()).isEmpty();
    }

    private Growth growth(AtomicLong counter, long seconds, long least) {
        return new Growth(
                troubles,
                Trouble.CONNECTION_STORM,
                counter::get,
                Duration.ofSeconds(seconds),
                least,
                grown -> grown + " connections");
    }

    // ---- the thread

    @Test
    void a_look_that_fails_keeps_no_other_from_being_looked_at() {
        AtomicLong looks = new AtomicLong();
        Look broken =
                now -> {
                    throw new IllegalStateException("broken");
                };
        try (TroubleWatch _ =
                TroubleWatch.started(
                        troubles, false, 0, List.of(broken, now -> looks.incrementAndGet()))) {
            await().untilAsserted(() -> assertThat(looks).hasValueGreaterThan(2));
        }
    }

    @Test
    void only_who_watches_the_process_shows_what_it_lost() {
        SimpleMeterRegistry shown = new SimpleMeterRegistry();
        try (TroubleWatch watch = TroubleWatch.started(troubles, true)) {
            watch.bindTo(shown);
        }
        assertThat(shown.find(PauseWatch.LOST).meter()).isNotNull();
        SimpleMeterRegistry nothing = new SimpleMeterRegistry();
        try (TroubleWatch watch = TroubleWatch.started(troubles, false)) {
            watch.bindTo(nothing);
        }
        assertThat(nothing.getMeters()).isEmpty();
    }
}
