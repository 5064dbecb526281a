package io.headrace.admin.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.cluster.TestImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

class PartitionsHealthTest {

    private static final BrokerRegistration BROKER =
            new BrokerRegistration(
                    1,
                    7,
                    "http://127.0.0.1:1",
                    Map.of(),
                    Optional.empty(),
                    "test",
                    BrokerRegistration.NO_PROVEN_EPOCH,
                    "disk",
                    false);

    private static Health health(PartitionState... states) {
        TopicImage topic =
                new TopicImage(
                        "t",
                        TopicId.random(),
                        Map.of(),
                        List.of(List.of(1, 2), List.of(2, 1)),
                        List.of(states));
        return new PartitionsHealth(
                        () ->
                                TestImage.empty()
                                        .brokers(List.of(BROKER))
                                        .topics(List.of(topic))
                                        .image())
                .health();
    }

    @Test
    void missing_replicas_are_counted_and_are_no_outage() {
        Health health =
                health(
                        new PartitionState(1, 1, List.of(1, 2), 1),
                        new PartitionState(1, 1, List.of(1), 1));
        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails())
                .containsEntry("brokers", 1)
                .containsEntry("partitions", 2)
                .containsEntry("offline", 0)
                .containsEntry("underReplicated", 1);
    }

    @Test
    void a_partition_whose_leader_does_not_live_is_an_outage() {
        Health health =
                health(
                        new PartitionState(1, 1, List.of(1, 2), 1),
                        new PartitionState(2, 1, List.of(2), 1));
        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails()).containsEntry("offline", 1);
    }
}
