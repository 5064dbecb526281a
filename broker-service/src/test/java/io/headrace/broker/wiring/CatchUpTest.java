package io.headrace.broker.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.cluster.TestImage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Broker 2 has started; 1 lives, 3 is gone. */
class CatchUpTest {

    private static final PartitionState WITHOUT_IT = new PartitionState(1, 4, List.of(1), 7);

    private static int behind(
            List<Integer> assignment, Map<Integer, Move> moves, PartitionState s) {
        TopicImage topic =
                new TopicImage(
                        "t", new TopicId(1, 2), Map.of(), List.of(assignment), moves, List.of(s));
        ClusterImage image =
                TestImage.empty()
                        .brokers(List.of(broker(1), broker(2)))
                        .topics(List.of(topic))
                        .image();
        return CatchUp.partitionsBehind(image, 2);
    }

    private static BrokerRegistration broker(int id) {
        return new BrokerRegistration(
                id, id, "http://127.0.0.1:1", Map.of(), Optional.empty(), "test", 1, "d", false);
    }

    @Test
    void whatALiveBrokerLeadsIsWaitedFor() {
        assertThat(behind(List.of(1, 2), Map.of(), WITHOUT_IT)).isOne();
        assertThat(behind(List.of(1, 2), Map.of(), new PartitionState(1, 4, List.of(1, 2), 7)))
                .isZero();
    }

    @Test
    void nobodyWaitsForALeaderThatIsAwayNorForOtherBrokersPartitions() {
        assertThat(behind(List.of(3, 2), Map.of(), new PartitionState(3, 4, List.of(3), 7)))
                .isZero();
        assertThat(behind(List.of(3, 2), Map.of(), new PartitionState(-1, 4, List.of(3), 7)))
                .isZero();
        assertThat(behind(List.of(1, 3), Map.of(), WITHOUT_IT)).isZero();
    }

    @Test
    void whatMovesHereOrOffTakesItsTime() {
        assertThat(behind(List.of(2, 1), Map.of(0, new Move(List.of(2), List.of(1))), WITHOUT_IT))
                .isZero();
        assertThat(behind(List.of(1, 2), Map.of(0, new Move(List.of(), List.of(2))), WITHOUT_IT))
                .isZero();
    }
}
