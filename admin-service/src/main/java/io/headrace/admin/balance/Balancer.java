package io.headrace.admin.balance;

import io.headrace.admin.balance.Layout.Broker;
import io.headrace.admin.balance.Layout.Partition;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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
            layout.find(move.partition())
                    .filter(it -> !it.isFixed && it.replicas().equals(move.from()))
                    .ifPresent(it -> layout.put(it, move.to()));
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
        for (Partition partition : layout.partitions()) {
            if (moves.size() >= movesMax) {
                break;
            }
            List<Integer> from = partition.replicas();
            Set<Integer> replaced =
                    partition.isFixed ? layout.lostTakers(partition, leaving) : leaving;
            for (int id : from) {
                if (replaced.contains(id)) {
                    layout.heirOf(partition, id)
                            .ifPresent(to -> layout.put(partition, partition.replaced(id, to.id)));
                }
            }
            if (partition.isChanged()) {
                moves.add(new PlannedMove(partition.id, from, partition.replicas(), 0));
            }
        }
        return moves;
    }

    /** Whether so many more partitions cannot change. */
    private boolean isFull(int more) {
        return layout.changedCount() + more > movesMax;
    }

    private void spreadOverRacks() {
        for (Partition partition : layout.partitions()) {
            List<Integer> now = partition.replicas();
            if (partition.isFixed || layout.rackCount(now) == now.size() || isFull(1)) {
                continue;
            }
            for (int i = now.size() - 1; i > 0; i--) {
                int id = now.get(i);
                layout.brokers.values().stream()
                        .filter(to -> !partition.isOn(to))
                        .filter(
                                to ->
                                        layout.rackCount(partition.replaced(id, to.id))
                                                > layout.rackCount(partition.replicas()))
                        .min(Comparator.comparingInt(to -> to.replicas.size()))
                        .ifPresent(to -> layout.put(partition, partition.replaced(id, to.id)));
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
                Optional<Partition> best = best(from, to);
                if (best.isPresent()) {
                    layout.put(best.get(), best.get().replaced(from.id, to.id));
                    return true;
                }
            }
        }
        return false;
    }

    /** A topic, and by how many replicas the full broker has more of it. */
    private record Surplus(String topic, int count) {

        static final Comparator<Surplus> LARGEST_FIRST =
                Comparator.comparingInt(Surplus::count).reversed().thenComparing(Surplus::topic);
    }

    /** Of the topic that it evens most; of that topic, what brings the bytes closest together. */
    private Optional<Partition> best(Broker from, Broker to) {
        List<Surplus> topics = new ArrayList<>();
        from.byTopic.forEach(
                (topic, held) ->
                        topics.add(new Surplus(topic, held.size() - to.replicasOf(topic))));
        topics.sort(Surplus.LARGEST_FIRST);
        long gap = from.bytes - to.bytes;
        for (Surplus each : topics) {
            Optional<Partition> best =
                    closest(
                            from.byTopic.getOrDefault(each.topic(), Set.of()),
                            it -> layout.mayMove(it, from, to),
                            it -> it.load.bytes(),
                            gap);
            if (best.isPresent()) {
                return best;
            }
        }
        return Optional.empty();
    }

    /** The first of those whose load, on the other side, leaves the least of the gap. */
    private static Optional<Partition> closest(
            Set<Partition> among,
            Predicate<Partition> mayGo,
            ToLongFunction<Partition> load,
            long gap) {
        Partition best = null;
        long least = Long.MAX_VALUE;
        for (Partition partition : among) {
            long left = Math.abs(gap - 2 * load.applyAsLong(partition));
            if (left < least && mayGo.test(partition)) {
                best = partition;
                least = left;
            }
            if (least == 0) {
                break;
            }
        }
        return Optional.ofNullable(best);
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
        Comparator<Partition> bySize = Comparator.comparingLong(it -> it.load.bytes());
        List<Partition> large = candidates(high, low, bySize.reversed());
        List<Partition> small = candidates(low, high, bySize);
        Partition bestLarge = null;
        Partition bestSmall = null;
        long bestGap = gap;
        for (Partition one : large) {
            for (Partition other : small) {
                long delta = one.load.bytes() - other.load.bytes();
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
        layout.put(bestLarge, bestLarge.replaced(high.id, low.id));
        layout.put(bestSmall, bestSmall.replaced(low.id, high.id));
        return true;
    }

    private List<Partition> candidates(Broker from, Broker to, Comparator<Partition> order) {
        return from.replicas.stream()
                .filter(it -> layout.mayMove(it, from, to))
                .sorted(order)
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
                Optional<Partition> best =
                        closest(
                                from.led,
                                it -> mayLead(it, to) && !isFull(it.isChanged() ? 0 : 1),
                                it -> it.load.bytesPerSecond(),
                                from.bytesPerSecond - to.bytesPerSecond);
                if (best.isPresent()) {
                    lead(best.get(), to);
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean mayLead(Partition partition, Broker broker) {
        return !partition.isFixed && partition.isOn(broker);
    }

    private void lead(Partition partition, Broker leader) {
        List<Integer> replicas = new ArrayList<>(partition.replicas());
        Collections.swap(replicas, 0, replicas.indexOf(leader.id));
        layout.put(partition, replicas);
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
        List<Partition> others = ledThatMayPass(low, high);
        for (Partition one : ledThatMayPass(high, low)) {
            for (Partition other : others) {
                long delta = one.load.bytesPerSecond() - other.load.bytesPerSecond();
                int more = (one.isChanged() ? 0 : 1) + (other.isChanged() ? 0 : 1);
                if (delta > 0 && delta < gap && !isFull(more)) {
                    lead(one, low);
                    lead(other, high);
                    return true;
                }
            }
        }
        return false;
    }

    private static List<Partition> ledThatMayPass(Broker from, Broker to) {
        return from.led.stream().filter(it -> mayLead(it, to)).toList();
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
