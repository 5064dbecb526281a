package io.headrace.broker.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Broker 3 gets partition 0 by a move; partition 1 is its own, named by the topic or not. */
class ThrottledCopiesTest {

    private static final int ID = 3;
    private static final TopicPartition MOVING = new TopicPartition("events", 0);
    private static final TopicPartition OWN = new TopicPartition("events", 1);
    private static final long SECOND = 1_000_000_000L;

    private Map<String, String> ofTopic = Map.of();
    private Map<String, String> ofBroker = Map.of();
    private List<Integer> isr = List.of(1);
    private long nowNanos;

    private ThrottledCopies copies(long movesRate) {
        return new ThrottledCopies(ID, this::image, movesRate, () -> nowNanos);
    }

    private ClusterImage image() {
        PartitionState state = new PartitionState(1, 0, isr, 0);
        TopicImage topic =
                new TopicImage(
                        "events",
                        new TopicId(1, 2),
                        ofTopic,
                        List.of(List.of(ID, 1), List.of(1, ID)),
                        Map.of(0, new Move(List.of(ID), List.of(1))),
                        List.of(state, state));
        ClusterImage all = TestImage.empty().topics(List.of(topic)).image();
        return new ClusterImage(
                all.version(),
                all.clusterId(),
                all.controllerEpoch(),
                all.controllerId(),
                all.brokers(),
                all.topics(),
                all.deletedTopics(),
                all.admins(),
                all.gateways(),
                all.admission(),
                all.cordons(),
                Map.of(ID, ofBroker),
                all.balance());
    }

    @Test
    void aMoveIsThrottledWithoutAnySetting() {
        ThrottledCopies copies = copies(1_000);
        ofTopic = Map.of("follower.replication.throttled.replicas", "*");
        assertThat(copies.covers(MOVING)).isTrue();
        assertThat(copies.covers(OWN)).as("a rate for moves is none for others").isFalse();
        copies.copied(OWN, 100_000);
        assertThat(copies.isExhausted()).isFalse();
        copies.copied(MOVING, 3_000);
        assertThat(copies.isExhausted()).isTrue();
        nowNanos += 2 * SECOND + 1;
        assertThat(copies.isExhausted()).isFalse();
    }

    @Test
    void theOperatorsRateReplacesItAndCoversMovesThatNoTopicNames() {
        ThrottledCopies copies = copies(1_000);
        ofBroker = Map.of("follower.replication.throttled.rate", "10000");
        assertThat(copies.covers(MOVING)).isTrue();
        assertThat(copies.covers(OWN)).isFalse();
        copies.copied(MOVING, 9_000);
        assertThat(copies.isExhausted()).isFalse();
        ofTopic = Map.of("follower.replication.throttled.replicas", "1:3");
        assertThat(copies.covers(OWN)).isTrue();
        copies.copied(OWN, 9_000);
        assertThat(copies.isExhausted()).isTrue();
    }

    @Test
    void whatIsInSyncIsNeverThrottledAndZeroIsNoLimit() {
        isr = List.of(1, ID);
        assertThat(copies(1_000).covers(MOVING)).isFalse();
        isr = List.of(1);
        ThrottledCopies unlimited = copies(0);
        unlimited.copied(MOVING, 1 << 30);
        assertThat(unlimited.isExhausted()).isFalse();
    }
}
