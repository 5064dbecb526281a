package io.headrace.model.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GaugesByTagsTest {

    private static final Tags ONE = Tags.of("id", "1");
    private static final Tags TWO = Tags.of("id", "2");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GaugesByTags gauges = new GaugesByTags(registry, "brokers");

    /** Fault run F30, seed 1: a scrape in the moment of a change answered 500. */
    @Test
    void aSeriesThatStaysKeepsItsMeterAndGetsTheNewValue() {
        gauges.show(Map.of(ONE, 1));
        Gauge before = registry.get("brokers").tags(ONE).gauge();

        gauges.show(Map.of(ONE, 5, TWO, 7));

        assertThat(registry.get("brokers").tags(ONE).gauge()).isSameAs(before);
        assertThat(before.value()).isEqualTo(5);
        assertThat(registry.get("brokers").tags(TWO).gauge().value()).isEqualTo(7);
    }

    @Test
    void aSeriesThatIsOverIsGone() {
        gauges.show(Map.of(ONE, 1, TWO, 2));

        gauges.show(Map.of(TWO, 3));

        assertThat(registry.find("brokers").tags(ONE).gauge()).isNull();
        assertThat(registry.get("brokers").tags(TWO).gauge().value()).isEqualTo(3);
    }
}
