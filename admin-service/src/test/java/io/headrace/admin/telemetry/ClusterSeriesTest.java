package io.headrace.admin.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.cluster.TestImage;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ClusterSeriesTest {

    private static final String TOPICS = "kafka.topic.partitions";
    private static final String LEADERS = "kafka.topic.partition.leader";

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicReference<ClusterImage> cluster =
            new AtomicReference<>(image(1, topic("orders", 1, 2)));
    private final ClusterSeries series = new ClusterSeries(registry, cluster::get, 3);

    @Test
    void they_are_those_of_the_image_at_the_last_refresh() {
        assertThat(registry.getMeters()).isEmpty();
        series.refresh();
        Gauge orders = registry.get(TOPICS).tag("topic", "orders").gauge();
        assertThat(orders.value()).isEqualTo(2);
        assertThat(registry.find(LEADERS).gauges()).hasSize(2);

        cluster.set(image(2, topic("orders", 2, 3), topic("short-lived", 1, 1)));
        cluster.set(image(3, topic("orders", 2, 3)));
        assertThat(orders.value()).isEqualTo(2);
        series.refresh();
        assertThat(orders.value()).isEqualTo(3);
        assertThat(registry.find(LEADERS).gauges())
                .hasSize(3)
                .allMatch(leader -> leader.value() == 2);

        cluster.set(image(4));
        series.refresh();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void an_image_that_was_shown_is_not_gone_through_again() {
        series.refresh();
        cluster.set(image(1, topic("never-looked-at", 1, 1)));
        series.refresh();
        assertThat(registry.find(TOPICS).gauges())
                .singleElement()
                .matches(gauge -> "orders".equals(gauge.getId().getTag("topic")));
    }

    @Test
    void partitions_that_are_too_many_have_none() {
        cluster.set(image(2, topic("orders", 1, 4)));
        series.refresh();
        assertThat(registry.find(LEADERS).gauges()).isEmpty();
        assertThat(registry.get(TOPICS).gauge().value()).isEqualTo(4);
    }

    private static ClusterImage image(long version, TopicImage... topics) {
        return TestImage.empty().version(version).topics(List.of(topics)).image();
    }

    private static TopicImage topic(String name, int leader, int partitions) {
        return new TopicImage(
                name,
                new TopicId(1, 1),
                Map.of(),
                Collections.nCopies(partitions, List.of(1, 2)),
                Collections.nCopies(partitions, new PartitionState(leader, 0, List.of(1, 2), 0)));
    }
}
