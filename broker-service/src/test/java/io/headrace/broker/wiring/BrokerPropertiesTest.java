package io.headrace.broker.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class BrokerPropertiesTest {

    @Test
    void a_rack_that_a_template_left_blank_is_none() {
        assertThat(bound(Map.of("headrace.broker.rack", "")).configuredRack()).isNull();
        assertThat(bound(Map.of("headrace.broker.rack", " ")).configuredRack()).isNull();
        assertThat(bound(Map.of("headrace.broker.id", "1")).configuredRack()).isNull();
        assertThat(bound(Map.of("headrace.broker.rack", "zone-b")).configuredRack())
                .isEqualTo("zone-b");
    }

    private static BrokerProperties bound(Map<String, String> values) {
        return new Binder(new MapConfigurationPropertySource(values))
                .bindOrCreate("headrace.broker", BrokerProperties.class);
    }
}
