package io.headrace.admin.balance;

import io.headrace.admin.balance.Layout.Broker;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Makes a cluster even, goal by goal; a later goal never undoes an earlier one.
 *
 * <ol>
 *   <li>rack safety: the replicas of a partition lie in as many racks as can be;
 *   <li>replica count: no two brokers differ by more than one;
 *   <li>disk bytes: replicas of different size change places while that narrows the widest gap;
 *   <li>leader count: no two brokers differ by more than one, by the order of assignments alone;
 *   <li>traffic: leaderships change places while that narrows the widest gap.
 * </ol>
 *
 * Loads that are not known count as none, and their goals do nothing. Brokers that are cordoned or
 * stop get nothing; partitions that move, or that nobody leads, are left alone. The same image
 * gives the same plan.
 *
 * <p>Bounds: {@code movesMax} partitions, {@link #ROUND_COUNT_MAX} changes per goal.
 */
public final class Balancer {

    private static final int ROUND_COUNT_MAX = 20_000;

    /** Candidates for an exchange that are looked at on either side. */
    private static final int EXCHANGE_CANDIDATE_COUNT_MAX = 50;

    private static final int EXCHANGE_COUNT_MAX = 200;

    /** A gap below this share of the mean is even enough. */
    private static final double TOLERANCE = 0.1;

    private final Layout layout;
    private final int movesMax;

    private Balancer(Layout layout, int movesMax) {
        this.layout = layout;
        this.movesMax = movesMax;
    }

    /**
     * @param loads of single replicas; those that are missing count as none
     * @param movesMax partitions that may change, if only in the order of their replicas
     */
    public static BalancePlan plan(
            ClusterImage image, Map<TopicPartition, Load> loads, int movesMax) {
        Layout layout = new Layout(image, loads);
        List<BalancePlan.Share> before = layout.shares();
        if (layout.brokers.size() > 1) {
            Balancer balancer = new Balancer(layout, movesMax);
            balancer.spreadOverRacks();
            balancer.evenReplicas();
            balancer.evenBytes();
            balancer.evenLeaders();
            balancer.evenTraffic();
        }
        return new BalancePlan(layout.moves(), before, layout.shares());
    }

    /**
     * A plan that was made before, on what is now.
     *
     * @param moves those whose partition has other replicas by now are left out
     */
    public static BalancePlan again(
            ClusterImage image, Map<TopicPartition, Load> loads, List<PlannedMove> moves) {
        Layout layout = new Layout(image, loads);
        List<BalancePlan.Share> before = layout.shares();
        for (PlannedMove move : moves) {
            if (!layout.isFixed(move.partition())
                    && layout.assignment(move.partition()).equals(move.from())) {
                layout.put(move.partition(), move.to());
            }
        }
        return new BalancePlan(layout.moves(), before, layout.shares());
    }

    /**
     * Where the replicas of some brokers are to go; those that are on their way to a broker that is
     * no longer there go to another.
     *
     * @param leaving brokers that are to be empty
     * @param movesMax how many partitions at most
     */
    public static List<PlannedMove> drain(ClusterImage image, Set<Integer> leaving, int movesMax) {
        Layout layout = new Layout(image, Map.of());
        List<PlannedMove> moves = new ArrayList<>();
        for (TopicPartition tp : layout.partitions()) {
            if (moves.size() >= movesMax) {
                break;
            }
            List<Integer> from = layout.assignment(tp);
            Set<Integer> replaced = layout.isFixed(tp) ? layout.lostTakers(tp, leaving) : leaving;
            for (int id : from) {
                if (replaced.contains(id)) {
                    layout.heirOf(tp, id)
                            .ifPresent(to -> layout.put(tp, layout.replaced(tp, id, to.id)));
                }
            }
            if (!layout.assignment(tp).equals(from)) {
                moves.add(new PlannedMove(tp, from, layout.assignment(tp), 0));
            }
        }
        return moves;
    }

    /** Whether so many more partitions cannot change. */
    private boolean isFull(int more) {
        return layout.changedCount() + more > movesMax;
    }

    private void spreadOverRacks() {
        for (TopicPartition tp : layout.partitions()) {
            List<Integer> now = layout.assignment(tp);
            if (layout.isFixed(tp) || layout.rackCount(now) == now.size() || isFull(1)) {
                continue;
            }
            for (int i = now.size() - 1; i > 0; i--) {
                int id = now.get(i);
                layout.brokers.values().stream()
                        .filter(to -> !layout.assignment(tp).contains(to.id))
                        .filter(
                                to ->
                                        layout.rackCount(layout.replaced(tp, id, to.id))
                                                > layout.rackCount(layout.assignment(tp)))
                        .min(Comparator.comparingInt(to -> to.replicas.size()))
                        .ifPresent(to -> layout.put(tp, layout.replaced(tp, id, to.id)));
            }
        }
    }

    private void evenReplicas() {
        for (int round = 0; round < ROUND_COUNT_MAX && !isFull(1); round++) {
            List<Broker> byCount = sorted(broker -> broker.replicas.size());
            if (!moveOne(byCount)) {
                return;
            }
        }
    }

    /** One replica from a full broker to an emptier one; the widest gap first. */
    private boolean moveOne(List<Broker> byCount) {
        for (int high = byCount.size() - 1; high > 0; high--) {
            Broker from = byCount.get(high);
            for (int low = 0; low < high; low++) {
                Broker to = byCount.get(low);
                if (from.replicas.size() - to.replicas.size() < 2) {
                    break;
                }
                Optional<TopicPartition> tp = best(from, to);
                if (tp.isPresent()) {
                    layout.put(tp.get(), layout.replaced(tp.get(), from.id, to.id));
                    return true;
                }
            }
        }
        return false;
    }

    /** Of the topic that it evens most; of that topic, what brings the bytes closest together. */
    private Optional<TopicPartition> best(Broker from, Broker to) {
        long gap = from.bytes - to.bytes;
        return from.byTopic.keySet().stream()
                .sorted(
                        Comparator.<String>comparingInt(
                                        topic -> to.replicasOf(topic) - from.replicasOf(topic))
                                .thenComparing(Comparator.naturalOrder()))
                .flatMap(topic -> bestOf(topic, from, to, gap).stream())
                .findFirst();
    }

    private Optional<TopicPartition> bestOf(String topic, Broker from, Broker to, long gap) {
        return from.byTopic.getOrDefault(topic, Set.of()).stream()
                .filter(tp -> layout.mayMove(tp, from.id, to.id))
                .min(
                        Comparator.<TopicPartition>comparingLong(
                                        tp -> Math.abs(gap - 2 * layout.load(tp).bytes()))
                                .thenComparing(Layout.BY_NAME));
    }

    private void evenBytes() {
        for (int round = 0; round < EXCHANGE_COUNT_MAX && !isFull(2); round++) {
            List<Broker> byBytes = sorted(broker -> broker.bytes);
            Broker low = byBytes.getFirst();
            Broker high = byBytes.getLast();
            long gap = high.bytes - low.bytes;
            if (gap <= TOLERANCE * mean(broker -> broker.bytes)
                    || !exchangeReplicas(high, low, gap)) {
                return;
            }
        }
    }

    private boolean exchangeReplicas(Broker high, Broker low, long gap) {
        List<TopicPartition> large =
                candidates(
                        high.replicas.stream()
                                .filter(tp -> layout.mayMove(tp, high.id, low.id))
                                .toList(),
                        true);
        List<TopicPartition> small =
                candidates(
                        low.replicas.stream()
                                .filter(tp -> layout.mayMove(tp, low.id, high.id))
                                .toList(),
                        false);
        TopicPartition bestLarge = null;
        TopicPartition bestSmall = null;
        long bestGap = gap;
        for (TopicPartition one : large) {
            for (TopicPartition other : small) {
                long delta = layout.load(one).bytes() - layout.load(other).bytes();
                long left = Math.abs(gap - 2 * delta);
                if (delta > 0 && left < bestGap) {
                    bestGap = left;
                    bestLarge = one;
                    bestSmall = other;
                }
            }
        }
        if (bestLarge == null || bestSmall == null) {
            return false;
        }
        layout.put(bestLarge, layout.replaced(bestLarge, high.id, low.id));
        layout.put(bestSmall, layout.replaced(bestSmall, low.id, high.id));
        return true;
    }

    private List<TopicPartition> candidates(List<TopicPartition> all, boolean isLargestFirst) {
        Comparator<TopicPartition> bySize = Comparator.comparingLong(tp -> layout.load(tp).bytes());
        return all.stream()
                .sorted(isLargestFirst ? bySize.reversed() : bySize)
                .limit(EXCHANGE_CANDIDATE_COUNT_MAX)
                .toList();
    }

    private void evenLeaders() {
        for (int round = 0; round < ROUND_COUNT_MAX; round++) {
            if (!leadOne(sorted(broker -> broker.led.size()))) {
                return;
            }
        }
    }

    private boolean leadOne(List<Broker> byCount) {
        for (int high = byCount.size() - 1; high > 0; high--) {
            Broker from = byCount.get(high);
            for (int low = 0; low < high; low++) {
                Broker to = byCount.get(low);
                if (from.led.size() - to.led.size() < 2) {
                    break;
                }
                long gap = from.bytesPerSecond - to.bytesPerSecond;
                Optional<TopicPartition> tp =
                        ledThatMayPass(from, to).stream()
                                .filter(it -> !isFull(layout.unchangedCount(it)))
                                .min(
                                        Comparator.comparingLong(
                                                it ->
                                                        Math.abs(
                                                                gap
                                                                        - 2
                                                                                * layout.load(it)
                                                                                        .bytesPerSecond())));
                if (tp.isPresent()) {
                    lead(tp.get(), to.id);
                    return true;
                }
            }
        }
        return false;
    }

    private List<TopicPartition> ledThatMayPass(Broker from, Broker to) {
        return from.led.stream()
                .filter(tp -> !layout.isFixed(tp) && layout.assignment(tp).contains(to.id))
                .toList();
    }

    private void lead(TopicPartition tp, int leader) {
        List<Integer> replicas = new ArrayList<>(layout.assignment(tp));
        Collections.swap(replicas, 0, replicas.indexOf(leader));
        layout.put(tp, replicas);
    }

    private void evenTraffic() {
        for (int round = 0; round < EXCHANGE_COUNT_MAX; round++) {
            List<Broker> byTraffic = sorted(broker -> broker.bytesPerSecond);
            Broker low = byTraffic.getFirst();
            Broker high = byTraffic.getLast();
            long gap = high.bytesPerSecond - low.bytesPerSecond;
            if (gap <= TOLERANCE * mean(broker -> broker.bytesPerSecond)
                    || !exchangeLeaders(high, low, gap)) {
                return;
            }
        }
    }

    private boolean exchangeLeaders(Broker high, Broker low, long gap) {
        for (TopicPartition one : ledThatMayPass(high, low)) {
            for (TopicPartition other : ledThatMayPass(low, high)) {
                long delta =
                        layout.load(one).bytesPerSecond() - layout.load(other).bytesPerSecond();
                if (delta > 0 && delta < gap && !isFull(layout.unchangedCount(one, other))) {
                    lead(one, low.id);
                    lead(other, high.id);
                    return true;
                }
            }
        }
        return false;
    }

    private List<Broker> sorted(ToLongFunction<Broker> by) {
        return layout.brokers.values().stream()
                .sorted(Comparator.comparingLong(by).thenComparingInt(broker -> broker.id))
                .toList();
    }

    private double mean(ToLongFunction<Broker> of) {
        return layout.brokers.values().stream().mapToLong(of).average().orElse(0);
    }
}
