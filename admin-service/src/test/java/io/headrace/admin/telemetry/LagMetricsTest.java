package io.headrace.admin.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.history.Observed;
import io.headrace.model.topic.TopicPartition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LagMetricsTest {

    private static final String ENABLED = "headrace.consumergroup.series.enabled";
    private static final String LAG = "kafka.consumergroup.lag";
    private static final String SUM = "kafka.consumergroup.lag.sum";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @Test
    void series_that_are_too_many_are_left_out_and_come_back_when_they_are_fewer() {
        LagMetrics metrics = new LagMetrics(3, 1);
        metrics.bindTo(registry);
        metrics.show(partitions("orders", 3));
        assertThat(registry.find(LAG).gauges()).hasSize(3);
        assertThat(registry.get(SUM).gauge().value()).isEqualTo(30);
        assertThat(registry.get(ENABLED).gauge().value()).isOne();
        metrics.show(partitions("orders", 4));
        assertThat(registry.find(LAG).gauges()).isEmpty();
        assertThat(registry.get(SUM).gauge().value()).isEqualTo(40);
        assertThat(registry.get(ENABLED).gauge().value()).isZero();
        metrics.show(
                List.of(partitions("orders", 1).getFirst(), partitions("bills", 1).getFirst()));
        assertThat(registry.find(LAG).gauges()).hasSize(2);
        assertThat(registry.find(SUM).gauges()).isEmpty();
    }

    private static List<Observed> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(p -> new Observed("readers", new TopicPartition(topic, p), 5, 15))
                .toList();
    }
}
