package io.headrace.admin.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class BalancerTest {

    private static final int MANY = 4_000;

    private static BrokerRegistration broker(int id, String rack) {
        return new BrokerRegistration(
                id, id, "http://b", Map.of(), Optional.of(rack), "test", -1, "d", false);
    }

    private static TopicImage topic(String name, List<List<Integer>> assignments) {
        return new TopicImage(
                name,
                new TopicId(1, name.hashCode()),
                Map.of(),
                assignments,
                assignments.stream().map(r -> new PartitionState(r.getFirst(), 0, r, 0)).toList());
    }

    private static ClusterImage image(
            List<BrokerRegistration> brokers, Map<Integer, Cordon> cordons, TopicImage... topics) {
        return TestImage.empty().brokers(brokers).topics(List.of(topics)).cordons(cordons).image();
    }

    private static List<BrokerRegistration> brokers(int count) {
        return IntStream.range(0, count).mapToObj(id -> broker(id, "r" + id)).toList();
    }

    private static long spread(BalancePlan plan, ToLongFunction<BalancePlan.Share> of) {
        return plan.after().stream().mapToLong(of).max().orElse(0)
                - plan.after().stream().mapToLong(of).min().orElse(0);
    }

    @Test
    void anEvenClusterIsLeftAlone() {
        List<List<Integer>> even = List.of(List.of(0, 1, 2), List.of(1, 2, 0), List.of(2, 0, 1));
        assertThat(Balancer.plan(image(brokers(3), Map.of(), topic("t", even)), Map.of(), MANY))
                .satisfies(plan -> assertThat(plan.moves()).isEmpty())
                .satisfies(plan -> assertThat(plan.after()).isEqualTo(plan.before()));
    }

    @Test
    void aBrokerThatJoinsGetsItsShareOfReplicasAndLeaders() {
        List<List<Integer>> assignments = new ArrayList<>();
        for (int p = 0; p < 40; p++) {
            assignments.add(List.of(p % 3, (p + 1) % 3, (p + 2) % 3));
        }
        ClusterImage image = image(brokers(4), Map.of(), topic("t", assignments));
        BalancePlan plan = Balancer.plan(image, Map.of(), MANY);
        assertThat(plan.after()).allMatch(share -> share.replicas() == 30 && share.leaders() == 10);
        assertThat(
                        plan.moves().stream()
                                .filter(m -> !Set.copyOf(m.from()).equals(Set.copyOf(m.to()))))
                .hasSize(30)
                .allMatch(move -> move.to().contains(3));
        assertThat(Balancer.plan(image, Map.of(), MANY)).isEqualTo(plan);
    }

    @Test
    void thePlanIsBounded() {
        List<List<Integer>> assignments = new ArrayList<>();
        for (int p = 0; p < 40; p++) {
            assignments.add(List.of(0));
        }
        BalancePlan plan =
                Balancer.plan(image(brokers(4), Map.of(), topic("t", assignments)), Map.of(), 7);
        assertThat(plan.moves()).hasSize(7);
    }

    @Test
    void replicasInOneRackAreSpreadOverRacks() {
        List<BrokerRegistration> brokers =
                List.of(broker(0, "a"), broker(1, "a"), broker(2, "b"), broker(3, "c"));
        BalancePlan plan =
                Balancer.plan(
                        image(brokers, Map.of(), topic("t", List.of(List.of(0, 1)))),
                        Map.of(),
                        MANY);
        assertThat(plan.moves())
                .singleElement()
                .satisfies(move -> assertThat(move.to()).hasSize(2).doesNotContain(1));
    }

    @Test
    void bytesAndTrafficAreEvenedWithoutUndoingTheCounts() {
        List<List<Integer>> assignments = new ArrayList<>();
        Map<TopicPartition, Load> loads = new HashMap<>();
        for (int p = 0; p < 30; p++) {
            assignments.add(List.of(p % 3));
            loads.put(
                    new TopicPartition("t", p),
                    p % 3 == 0 ? new Load(1_000, 100) : new Load(10, 1));
        }
        BalancePlan plan =
                Balancer.plan(image(brokers(3), Map.of(), topic("t", assignments)), loads, MANY);
        assertThat(spread(plan, BalancePlan.Share::replicas)).isLessThanOrEqualTo(1);
        assertThat(spread(plan, BalancePlan.Share::bytes)).isLessThanOrEqualTo(1_000);
        assertThat(plan.before().getFirst().bytes()).isEqualTo(10_000);
    }

    @Test
    void aDrainedBrokerEndsEmptyAndCordonedOnesGetNothing() {
        List<List<Integer>> assignments =
                List.of(List.of(0, 1), List.of(1, 2), List.of(2, 0), List.of(0, 3));
        ClusterImage image =
                image(
                        brokers(5),
                        Map.of(0, new Cordon(1, true), 4, new Cordon(1, false)),
                        topic("t", assignments));
        List<PlannedMove> moves = Balancer.drain(image, Set.of(0), 10);
        assertThat(moves).hasSize(3);
        assertThat(moves).allSatisfy(move -> assertThat(move.to()).hasSize(2).doesNotContain(0, 4));
        assertThat(Balancer.drain(image, Set.of(0), 2)).hasSize(2);
    }

    @Test
    void aLoneBrokerCannotBeRelieved() {
        ClusterImage image =
                image(brokers(1), Map.of(0, new Cordon(1, true)), topic("t", List.of(List.of(0))));
        assertThat(Balancer.drain(image, Set.of(0), 10)).isEmpty();
    }

    @Test
    void anyClusterBecomesEvenAndKeepsItsReplicas() {
        long seed = Long.getLong("headrace.seed", 20261123);
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            int count = 2 + random.nextInt(6);
            TopicImage[] topics = new TopicImage[1 + random.nextInt(4)];
            Map<TopicPartition, Load> loads = new HashMap<>();
            for (int t = 0; t < topics.length; t++) {
                int factor = 1 + random.nextInt(Math.min(3, count));
                List<List<Integer>> assignments = new ArrayList<>();
                for (int p = 0; p < 1 + random.nextInt(30); p++) {
                    List<Integer> ids = new ArrayList<>(IntStream.range(0, count).boxed().toList());
                    Collections.shuffle(ids, random);
                    assignments.add(ids.subList(0, factor));
                    loads.put(
                            new TopicPartition("t" + t, p),
                            new Load(random.nextInt(1_000), random.nextInt(100)));
                }
                topics[t] = topic("t" + t, assignments);
            }
            ClusterImage image = image(brokers(count), Map.of(), topics);
            BalancePlan plan = Balancer.plan(image, loads, MANY);
            assertThat(spread(plan, BalancePlan.Share::replicas))
                    .as("seed %d round %d", seed, round)
                    .isLessThanOrEqualTo(1);
            for (PlannedMove move : plan.moves()) {
                assertThat(move.to()).hasSameSizeAs(move.from());
                assertThat(new HashSet<>(move.to())).hasSameSizeAs(move.to());
            }
        }
    }

    @Test
    void tenThousandPartitionsArePlannedInTime() {
        TopicImage[] topics = new TopicImage[200];
        for (int t = 0; t < topics.length; t++) {
            List<List<Integer>> assignments = new ArrayList<>();
            for (int p = 0; p < 50; p++) {
                assignments.add(List.of(p % 3, (p + 1) % 3, (p + 2) % 3));
            }
            topics[t] = topic("t" + t, assignments);
        }
        long startNs = System.nanoTime();
        BalancePlan plan =
                Assertions.assertTimeout(
                        Duration.ofSeconds(30),
                        () -> Balancer.plan(image(brokers(4), Map.of(), topics), Map.of(), MANY));
        System.out.printf("planned in %d ms%n", (System.nanoTime() - startNs) / 1_000_000);
        assertThat(plan.moves()).hasSize(MANY);
    }
}
