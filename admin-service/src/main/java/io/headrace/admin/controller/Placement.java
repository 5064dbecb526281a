package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Chooses brokers for new partitions: leaders and replicas of the topic spread evenly first, then
 * by what the brokers carry already, then around the ring from a random start; the replicas of one
 * partition lie in as many racks as there are.
 *
 * <p>Example: brokers 0, 1, 2 without load, three partitions, factor 2, start 1: {@code [1,2] [2,0]
 * [0,1]}.
 */
final class Placement {

    private final List<BrokerRegistration> ring;
    private final Map<Integer, Integer> ringPositions = new HashMap<>();
    private final Counts leadersOfAll = new Counts();
    private final Counts replicasOfAll = new Counts();
    private final Counts leadersOfTopic = new Counts();
    private final Counts replicasOfTopic = new Counts();

    private Placement(ClusterImage image, RandomGenerator random) {
        ring =
                eligible(image).stream()
                        .sorted(Comparator.comparingInt(BrokerRegistration::id))
                        .toList();
        int start = random.nextInt(ring.size());
        for (int i = 0; i < ring.size(); i++) {
            ringPositions.put(ring.get(i).id(), Math.floorMod(i - start, ring.size()));
        }
        for (TopicImage topic : image.topics().values()) {
            topic.assignments().forEach(replicas -> count(replicas, leadersOfAll, replicasOfAll));
        }
    }

    /** Live brokers that take new replicas: neither cordoned nor about to stop. */
    static List<BrokerRegistration> eligible(ClusterImage image) {
        return image.brokers().values().stream()
                .filter(broker -> !broker.isStopping() && !image.cordons().containsKey(broker.id()))
                .toList();
    }

    /**
     * @param existing assignments that the topic has already; they are not changed
     * @param count of new partitions
     * @return the new assignments only
     */
    static List<List<Integer>> place(
            ClusterImage image,
            List<List<Integer>> existing,
            int count,
            int replicationFactor,
            RandomGenerator random) {
        Placement placement = new Placement(image, random);
        existing.forEach(
                replicas -> count(replicas, placement.leadersOfTopic, placement.replicasOfTopic));
        List<List<Integer>> result = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            result.add(placement.next(replicationFactor));
        }
        return result;
    }

    private List<Integer> next(int replicationFactor) {
        List<Integer> replicas = new ArrayList<>(replicationFactor);
        Set<String> racks = new HashSet<>();
        while (replicas.size() < replicationFactor) {
            BrokerRegistration next =
                    ring.stream()
                            .filter(broker -> !replicas.contains(broker.id()))
                            .min(replicas.isEmpty() ? leaderOrder() : followerOrder(racks))
                            .orElseThrow();
            next.rack().ifPresent(racks::add);
            replicas.add(next.id());
        }
        count(replicas, leadersOfTopic, replicasOfTopic);
        count(replicas, leadersOfAll, replicasOfAll);
        return List.copyOf(replicas);
    }

    private Comparator<BrokerRegistration> leaderOrder() {
        return Comparator.<BrokerRegistration>comparingInt(b -> leadersOfTopic.of(b.id()))
                .thenComparingInt(b -> replicasOfTopic.of(b.id()))
                .thenComparingInt(b -> leadersOfAll.of(b.id()))
                .thenComparingInt(b -> replicasOfAll.of(b.id()))
                .thenComparingInt(b -> ringPositions.getOrDefault(b.id(), 0));
    }

    private Comparator<BrokerRegistration> followerOrder(Set<String> racksUsed) {
        return Comparator.<BrokerRegistration>comparingInt(
                        b -> b.rack().map(racksUsed::contains).orElse(false) ? 1 : 0)
                .thenComparingInt(b -> replicasOfTopic.of(b.id()))
                .thenComparingInt(b -> replicasOfAll.of(b.id()))
                .thenComparingInt(b -> ringPositions.getOrDefault(b.id(), 0));
    }

    private static void count(List<Integer> replicas, Counts leaders, Counts all) {
        if (!replicas.isEmpty()) {
            leaders.add(replicas.getFirst());
        }
        replicas.forEach(all::add);
    }

    private static final class Counts {
        private final Map<Integer, Integer> byBroker = new HashMap<>();

        int of(int brokerId) {
            return byBroker.getOrDefault(brokerId, 0);
        }

        void add(int brokerId) {
            byBroker.merge(brokerId, 1, Integer::sum);
        }
    }
}
