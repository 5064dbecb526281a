package io.headrace.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.system.cluster.Traces.Place;
import java.util.List;
import org.junit.jupiter.api.Test;

class SignsTest {

    private static final String SERIES = "headrace_troubles_total{kind=\"slow_flush\"}";

    @Test
    void a_trouble_is_looked_for_by_its_kind() {
        Signs signs = Signs.trouble("slow_flush");
        assertThat(signs.isIn(Place.METRICS, SERIES)).isTrue();
        assertThat(signs.isIn(Place.METRICS, SERIES.replace("flush", "reader"))).isFalse();
        assertThat(signs.isIn(Place.LOG, "WARN Trouble slow_flush: 2 s")).isTrue();
        assertThat(signs.isIn(Place.HEALTH, "/details/recentTroubles=[\"slow_flush\"]")).isTrue();
        assertThat(signs.isIn(Place.HEALTH, "/details/recentTroubles=[]")).isFalse();
    }

    @Test
    void either_of_two_kinds_will_do() {
        Signs signs = Signs.trouble("starved|slow_flush");
        assertThat(signs.isIn(Place.METRICS, SERIES)).isTrue();
        assertThat(signs.isIn(Place.LOG, "Trouble starved: 3 s")).isTrue();
    }

    @Test
    void a_place_without_a_pattern_is_not_asked() {
        Signs signs = Signs.of("", "words", "");
        assertThat(signs.patterns()).containsOnlyKeys(Place.LOG);
        assertThat(signs.isIn(Place.METRICS, "words")).isFalse();
    }

    @Test
    void any_of_several_asks_for_what_one_of_them_asks() {
        Signs signs = Signs.any(List.of(Signs.of("one", "", ""), Signs.of("two", "three", "")));
        assertThat(signs.patterns()).containsOnlyKeys(Place.METRICS, Place.LOG);
        assertThat(signs.isIn(Place.METRICS, "one")).isTrue();
        assertThat(signs.isIn(Place.METRICS, "two")).isTrue();
        assertThat(signs.isIn(Place.METRICS, "three")).isFalse();
    }
}
