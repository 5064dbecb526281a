package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlacementTest {

    static LongStream seeds() {
        long given = Long.getLong("headrace.seed", 0);
        return given != 0 ? LongStream.of(given) : new Random().longs(20);
    }

    @ParameterizedTest(name = "-Dheadrace.seed={0}")
    @MethodSource("seeds")
    void leadersAndReplicasDifferByOneAtMostAndRacksByAsMuchAsTheyMust(long seed) {
        Random random = new Random(seed);
        int rackCount = 1 + random.nextInt(4);
        int brokersPerRack = 1 + random.nextInt(4);
        List<BrokerRegistration> brokers = new ArrayList<>();
        for (int id = 0; id < rackCount * brokersPerRack; id++) {
            brokers.add(Images.broker(id * 3, 1, "rack-" + id % rackCount, false));
        }
        int factor = 1 + random.nextInt(Math.min(4, brokers.size()));
        int count = 1 + random.nextInt(60);
        ClusterImage image = Images.image(brokers);

        List<List<Integer>> placed = Placement.place(image, List.of(), count, factor, random);

        Map<Integer, Integer> leaders = new HashMap<>();
        Map<Integer, Integer> replicas = new HashMap<>();
        brokers.forEach(b -> leaders.put(b.id(), 0));
        brokers.forEach(b -> replicas.put(b.id(), 0));
        for (List<Integer> partition : placed) {
            assertThat(new HashSet<>(partition)).hasSize(factor);
            leaders.merge(partition.getFirst(), 1, Integer::sum);
            partition.forEach(id -> replicas.merge(id, 1, Integer::sum));
            assertThat(
                            partition.stream()
                                    .map(id -> image.brokers().get(id).rack())
                                    .distinct()
                                    .count())
                    .isEqualTo(Math.min(factor, rackCount));
        }
        assertThat(placed).hasSize(count);
        assertThat(spread(leaders)).isLessThanOrEqualTo(1);
        assertThat(spread(replicas)).isLessThanOrEqualTo(factor);
    }

    @Test
    void aNewTopicStartsOnTheBrokersThatCarryLeast() {
        ClusterImage image =
                Images.image(
                        List.of(Images.broker(0, 1), Images.broker(1, 1), Images.broker(2, 1)),
                        Images.topic("busy", List.of(List.of(0), List.of(1))));
        assertThat(Placement.place(image, List.of(), 1, 1, new Random(1)))
                .containsExactly(List.of(2));
    }

    @Test
    void addedPartitionsFillTheGapsOfTheOldOnes() {
        ClusterImage image =
                Images.image(
                        List.of(Images.broker(0, 1), Images.broker(1, 1), Images.broker(2, 1)));
        assertThat(Placement.place(image, List.of(List.of(0), List.of(1)), 1, 1, new Random(1)))
                .containsExactly(List.of(2));
    }

    private static int spread(Map<Integer, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0)
                - counts.values().stream().mapToInt(Integer::intValue).min().orElse(0);
    }
}
