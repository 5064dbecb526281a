package io.headrace.admin.balance;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who would hold what, while a plan is made: replicas, leaderships and loads, kept up to date with
 * every change.
 *
 * <p>Owner: the thread that plans; lives for one plan.
 */
final class Layout {

    /** What one broker would carry. */
    static final class Broker {
        final int id;
        final String rack;
        final Set<TopicPartition> replicas = new TreeSet<>(BY_NAME);
        final Set<TopicPartition> led = new TreeSet<>(BY_NAME);
        final Map<String, Set<TopicPartition>> byTopic = new TreeMap<>();
        long bytes;
        long bytesPerSecond;

        private Broker(int id, String rack) {
            this.id = id;
            this.rack = rack;
        }

        int replicasOf(String topic) {
            return byTopic.getOrDefault(topic, Set.of()).size();
        }

        BalancePlan.Share share() {
            return new BalancePlan.Share(id, replicas.size(), led.size(), bytes, bytesPerSecond);
        }
    }

    static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    /** Brokers that may get replicas, by id. */
    final Map<Integer, Broker> brokers = new TreeMap<>();

    private final Map<TopicPartition, List<Integer>> origins = new TreeMap<>(BY_NAME);
    private final Map<TopicPartition, List<Integer>> assignments = new HashMap<>();
    private final Set<TopicPartition> changed = new HashSet<>();
    private final Set<TopicPartition> fixed = new HashSet<>();
    private final Map<Integer, String> racks = new HashMap<>();
    private final Map<TopicPartition, Load> loads;

    private final ClusterImage image;

    Layout(ClusterImage image, Map<TopicPartition, Load> loads) {
        this.image = image;
        this.loads = loads;
        for (BrokerRegistration broker : image.brokers().values()) {
            // Brokers without a rack are each a rack of their own.
            racks.put(broker.id(), broker.rack().orElse("\0" + broker.id()));
            if (!broker.isStopping() && !image.cordons().containsKey(broker.id())) {
                brokers.put(
                        broker.id(), new Broker(broker.id(), racks.getOrDefault(broker.id(), "")));
            }
        }
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                TopicPartition tp = new TopicPartition(topic.name(), p);
                if (topic.moves().containsKey(p) || !topic.states().get(p).hasLeader()) {
                    fixed.add(tp);
                }
                origins.put(tp, topic.target(p));
                put(tp, topic.target(p));
            }
        }
    }

    Set<TopicPartition> partitions() {
        return origins.keySet();
    }

    List<Integer> assignment(TopicPartition tp) {
        return assignments.getOrDefault(tp, List.of());
    }

    /** It moves already, or nobody leads it, so that nothing could be copied. */
    boolean isFixed(TopicPartition tp) {
        return fixed.contains(tp);
    }

    /** Brokers that are gone, and to which the partition moves from one of those that leave. */
    Set<Integer> lostTakers(TopicPartition tp, Set<Integer> leaving) {
        TopicImage topic = image.topics().get(tp.topic());
        Move move = topic == null ? null : topic.moves().get(tp.partition());
        if (topic == null
                || move == null
                || !topic.states().get(tp.partition()).hasLeader()
                || move.removing().stream().noneMatch(leaving::contains)) {
            return Set.of();
        }
        return move.adding().stream()
                .filter(id -> !image.brokers().containsKey(id))
                .collect(Collectors.toSet());
    }

    Load load(TopicPartition tp) {
        return loads.getOrDefault(tp, Load.UNKNOWN);
    }

    String rack(int broker) {
        return racks.getOrDefault(broker, "\0" + broker);
    }

    /** In how many racks the replicas would lie. */
    int rackCount(List<Integer> replicas) {
        Set<String> distinct = new HashSet<>();
        replicas.forEach(id -> distinct.add(rack(id)));
        return distinct.size();
    }

    /** The replicas with one broker in the place of another. */
    List<Integer> replaced(TopicPartition tp, int from, int to) {
        return assignment(tp).stream().map(id -> id == from ? to : id).toList();
    }

    /** Whether a replica may go there: nobody holds two, and no rack is given up. */
    boolean mayMove(TopicPartition tp, int from, int to) {
        List<Integer> now = assignment(tp);
        return !isFixed(tp)
                && now.contains(from)
                && !now.contains(to)
                && brokers.containsKey(to)
                && rackCount(replaced(tp, from, to)) >= rackCount(now);
    }

    /** The emptiest broker that may take a replica over; another rack only if it must. */
    Optional<Broker> heirOf(TopicPartition tp, int from) {
        List<Integer> now = assignment(tp);
        return brokers.values().stream()
                .filter(to -> !now.contains(to.id))
                .min(
                        Comparator.<Broker>comparingInt(to -> -rackCount(replaced(tp, from, to.id)))
                                .thenComparingInt(to -> to.replicasOf(tp.topic()))
                                .thenComparingInt(to -> to.replicas.size())
                                .thenComparingInt(to -> to.id));
    }

    void put(TopicPartition tp, List<Integer> replicas) {
        List<Integer> old = assignments.put(tp, List.copyOf(replicas));
        if (old != null) {
            count(tp, old, -1);
        }
        count(tp, replicas, 1);
        if (replicas.equals(origins.getOrDefault(tp, replicas))) {
            changed.remove(tp);
        } else {
            changed.add(tp);
        }
    }

    private void count(TopicPartition tp, List<Integer> replicas, int sign) {
        Load load = load(tp);
        for (int i = 0; i < replicas.size(); i++) {
            Broker broker = brokers.get(replicas.get(i));
            if (broker == null) {
                continue;
            }
            change(broker.replicas, tp, sign);
            change(
                    broker.byTopic.computeIfAbsent(tp.topic(), t -> new TreeSet<>(BY_NAME)),
                    tp,
                    sign);
            broker.bytes += sign * load.bytes();
            if (i == 0) {
                change(broker.led, tp, sign);
                broker.bytesPerSecond += sign * load.bytesPerSecond();
            }
        }
    }

    private static void change(Set<TopicPartition> set, TopicPartition tp, int sign) {
        boolean isChanged = sign > 0 ? set.add(tp) : set.remove(tp);
        if (!isChanged) {
            throw new IllegalStateException(tp + " is counted twice or never");
        }
    }

    List<BalancePlan.Share> shares() {
        return brokers.values().stream().map(Broker::share).toList();
    }

    /** Partitions that would be elsewhere than they are, or in another order. */
    List<PlannedMove> moves() {
        List<PlannedMove> moves = new ArrayList<>();
        origins.forEach(
                (tp, from) -> {
                    List<Integer> to = assignment(tp);
                    if (!to.equals(from)) {
                        long added = to.stream().filter(id -> !from.contains(id)).count();
                        moves.add(new PlannedMove(tp, from, to, added * load(tp).bytes()));
                    }
                });
        return moves;
    }

    /** Of these partitions, those that are as they were. */
    int unchangedCount(TopicPartition... partitions) {
        int count = 0;
        for (TopicPartition tp : partitions) {
            count += changed.contains(tp) ? 0 : 1;
        }
        return count;
    }

    /** Partitions that would be on other brokers than now, or in another order. */
    int changedCount() {
        return changed.size();
    }
}
