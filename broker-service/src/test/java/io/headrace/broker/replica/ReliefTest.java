package io.headrace.broker.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.cluster.TestImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Broker 1 leads, the others stop. */
class ReliefTest {

    private final AtomicReference<ClusterImage> image = new AtomicReference<>();
    private final Relief relief = new Relief(1, image::get);

    @Test
    void nobody_is_relieved_who_does_not_stop_or_is_not_there() {
        assertThat(relief.isDue(2)).isFalse();
        image.set(image(Set.of(3), new PartitionState(1, 0, List.of(1, 2, 3), 0)));
        assertThat(relief.isDue(2)).isFalse();
        assertThat(relief.isDue(9)).isFalse();
        assertThat(relief.isDue(3)).isTrue();
    }

    @Test
    void first_its_leaderships_move() {
        PartitionState led = new PartitionState(2, 0, List.of(1, 2, 3), 0);
        image.set(image(Set.of(2), new PartitionState(1, 0, List.of(1, 2), 0), led));
        assertThat(relief.isDue(2)).isFalse();
        PartitionState moved = new PartitionState(3, 1, List.of(1, 2, 3), 1);
        image.set(image(Set.of(2), new PartitionState(1, 0, List.of(1, 2), 0), moved));
        assertThat(relief.isDue(2)).isTrue();
    }

    @Test
    void what_nobody_else_could_lead_is_not_waited_for() {
        PartitionState alone = new PartitionState(2, 0, List.of(2), 0);
        PartitionState bothStop = new PartitionState(2, 0, List.of(2, 3), 0);
        image.set(image(Set.of(2, 3), alone, bothStop));
        assertThat(relief.isDue(2)).isTrue();
    }

    @Test
    void who_stops_itself_relieves_nobody() {
        image.set(image(Set.of(1, 2), new PartitionState(1, 0, List.of(1, 2), 0)));
        assertThat(relief.isDue(2)).isFalse();
    }

    private static ClusterImage image(Set<Integer> stopping, PartitionState... states) {
        List<BrokerRegistration> brokers =
                IntStream.rangeClosed(1, 3)
                        .mapToObj(
                                id ->
                                        new BrokerRegistration(
                                                id,
                                                10L * id,
                                                "http://b" + id,
                                                Map.of(),
                                                Optional.empty(),
                                                "test",
                                                -1,
                                                "d",
                                                stopping.contains(id)))
                        .toList();
        TopicImage topic =
                new TopicImage(
                        "t",
                        new TopicId(1, 2),
                        Map.of(),
                        IntStream.range(0, states.length).mapToObj(p -> List.of(1, 2, 3)).toList(),
                        List.of(states));
        return TestImage.empty().brokers(brokers).topics(List.of(topic)).image();
    }
}
