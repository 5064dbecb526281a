package io.headrace.admin.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.kafka.MoveProgress.Bytes;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One partition moves from brokers 1 and 2 to 3 and 4; 5 has nothing to do with it. */
class MoveProgressTest {

    private static final TopicPartition MOVING = new TopicPartition("events", 1);

    private long nowMs = 1_000;
    private boolean isSilent;
    private Map<Integer, Long> sizes = Map.of(1, 100L, 2, 120L, 3, 30L);
    private final List<Collection<Integer>> asked = new ArrayList<>();
    private final InstantSource source = () -> Instant.ofEpochMilli(nowMs);
    private final Clock clock = source.withZone(ZoneOffset.UTC);
    private final MoveProgress progress = new MoveProgress(this::sizes, clock);

    private Map<TopicPartition, Map<Integer, Long>> sizes(Collection<Integer> brokers) {
        asked.add(brokers);
        if (isSilent) {
            throw V3Exception.of(ErrorCode.REQUEST_TIMED_OUT, "nobody answers");
        }
        return Map.of(MOVING, sizes, new TopicPartition("events", 0), Map.of(5, 7L));
    }

    private static ClusterImage image(int leader, Map<Integer, Move> moves) {
        return TestImage.empty()
                .brokers(IntStream.rangeClosed(1, 5).mapToObj(MoveProgressTest::broker).toList())
                .topics(
                        List.of(
                                new TopicImage(
                                        "events",
                                        new TopicId(1, 2),
                                        Map.of(),
                                        List.of(List.of(5), List.of(3, 4, 1, 2)),
                                        moves,
                                        List.of(
                                                new PartitionState(5, 0, List.of(5), 0),
                                                new PartitionState(leader, 0, List.of(1, 2), 0)))))
                .image();
    }

    private static BrokerRegistration broker(int id) {
        return new BrokerRegistration(
                id, id, "http://127.0.0.1:1", Map.of(), Optional.empty(), "test", 1, "d", false);
    }

    private static Map<Integer, Move> moving() {
        return Map.of(1, new Move(List.of(3, 4), List.of(1, 2)));
    }

    @Test
    void whatTheAddedReplicasHaveIsMeasuredByTheLeadersCopy() {
        assertThat(progress.known(image(1, moving()))).contains(Map.of(MOVING, new Bytes(200, 30)));
        assertThat(asked).containsExactly(Set.of(1, 2, 3, 4));
        sizes = Map.of(1, 100L, 3, 130L, 4, 60L);
        assertThat(progress.known(image(1, moving())))
                .as("kept for a second")
                .contains(Map.of(MOVING, new Bytes(200, 30)));
        nowMs += 1_000;
        Map<TopicPartition, Bytes> later = progress.known(image(1, moving())).orElseThrow();
        assertThat(later).isEqualTo(Map.of(MOVING, new Bytes(200, 160)));
        assertThat(MoveProgress.sum(later.values()).lag()).isEqualTo(40);
    }

    @Test
    void withoutALeaderTheLargestCopyIsTheMeasure() {
        assertThat(progress.known(image(PartitionState.NO_LEADER, moving())))
                .contains(Map.of(MOVING, new Bytes(240, 30)));
    }

    @Test
    void nobodyIsAskedWhileNothingMovesAndSilentBrokersNotAtOnceAgain() {
        assertThat(progress.known(image(1, Map.of()))).contains(Map.of());
        assertThat(asked).isEmpty();
        isSilent = true;
        assertThat(progress.known(image(1, moving()))).isEmpty();
        nowMs += 5_000;
        assertThat(progress.known(image(1, moving()))).isEmpty();
        assertThat(asked).hasSize(1);
        isSilent = false;
        nowMs += 5_000;
        assertThat(progress.known(image(1, moving()))).isPresent();
    }
}
