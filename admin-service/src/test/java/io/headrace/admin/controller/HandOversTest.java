package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Broker 0 leads all, and stops or is gone; broker 1 takes over. */
class HandOversTest {

    private static final List<List<Integer>> ASSIGNMENTS = List.of(List.of(0, 1));
    private static final TopicImage WRITTEN = Images.topic("written", ASSIGNMENTS);
    private static final TopicImage OFFSETS = Images.topic("__consumer_offsets", ASSIGNMENTS);
    private static final BrokerRegistration STOPPING = Images.stopping(Images.broker(0, 10));
    private static final BrokerRegistration OTHER = Images.broker(1, 11);

    private final HandOvers handOvers = new HandOvers();

    @Test
    void coordinatorsFollowSomeTimeAfterWhatClientsWrite() {
        assertThat(due(1_000, List.of(STOPPING, OTHER), WRITTEN, OFFSETS))
                .containsExactly("written");
        assertThat(handOvers.restMs(1_050)).isEqualTo(HandOvers.GAP_MS - 50);
        assertThat(due(1_100, List.of(STOPPING, OTHER), OFFSETS)).isEmpty();
        long over = 1_000 + HandOvers.GAP_MS;
        assertThat(due(over, List.of(STOPPING, OTHER), OFFSETS))
                .containsExactly("__consumer_offsets");
        assertThat(handOvers.restMs(over)).isZero();
    }

    @Test
    void aBrokerThatLeadsOnlyCoordinatorsIsRelievedAtOnce() {
        assertThat(due(1_000, List.of(STOPPING, OTHER), OFFSETS))
                .containsExactly("__consumer_offsets");
        assertThat(handOvers.restMs(1_000)).isZero();
    }

    @Test
    void whatABrokerLedThatIsGoneIsNotHeld() {
        assertThat(due(1_000, List.of(OTHER), WRITTEN, OFFSETS))
                .containsExactly("__consumer_offsets", "written");
        assertThat(due(1_000, List.of(STOPPING, OTHER), WRITTEN, OFFSETS))
                .containsExactly("written");
        assertThat(due(1_001, List.of(OTHER), OFFSETS)).containsExactly("__consumer_offsets");
        assertThat(handOvers.restMs(1_001)).isZero();
    }

    @Test
    void aClockThatIsSetBackHoldsNothing() {
        assertThat(due(600_000, List.of(STOPPING, OTHER), WRITTEN, OFFSETS)).hasSize(1);
        assertThat(due(1_000, List.of(STOPPING, OTHER), OFFSETS)).hasSize(1);
    }

    private List<String> due(long nowMs, List<BrokerRegistration> brokers, TopicImage... topics) {
        ClusterImage image = Images.image(brokers, topics);
        Standing standing =
                Standing.of(
                        image,
                        Images.remembered(
                                Map.of(0, 10L, 1, 11L),
                                Images.broker(0, 10),
                                Images.broker(1, 11)));
        return handOvers.due(image, standing, nowMs).stream()
                .map(ClusterWrite.Elect::topic)
                .toList();
    }
}
