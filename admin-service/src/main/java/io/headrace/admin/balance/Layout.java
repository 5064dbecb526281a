package io.headrace.admin.balance;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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

    /** Where the replicas of one partition would lie; in the order of names. */
    static final class Partition implements Comparable<Partition> {
        final TopicPartition id;
        final Load load;

        /** It moves already, or nobody leads it, so that nothing could be copied. */
        final boolean isFixed;

        private final int order;
        private final List<Integer> origin;
        private List<Integer> replicas = List.of();

        private Partition(
                TopicPartition id, Load load, boolean isFixed, int order, List<Integer> origin) {
            this.id = id;
            this.load = load;
            this.isFixed = isFixed;
            this.order = order;
            this.origin = origin;
        }

        List<Integer> replicas() {
            return replicas;
        }

        boolean isOn(Broker broker) {
            return replicas.contains(broker.id);
        }

        /** Whether it would be on other brokers than now, or in another order. */
        boolean isChanged() {
            return !replicas.equals(origin);
        }

        /** The replicas with one broker in the place of another. */
        List<Integer> replaced(int from, int to) {
            return replicas.stream().map(id -> id == from ? to : id).toList();
        }

        @Override
        public int compareTo(Partition other) {
            return Integer.compare(order, other.order);
        }
    }

    /** What one broker would carry. */
    static final class Broker {
        final int id;
        final String rack;
        final Set<Partition> replicas = new TreeSet<>();
        final Set<Partition> led = new TreeSet<>();
        final Map<String, Set<Partition>> byTopic = new HashMap<>();
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

    /** Brokers that may get replicas, by id. */
    final Map<Integer, Broker> brokers = new TreeMap<>();

    private final Map<TopicPartition, Partition> partitions = new LinkedHashMap<>();
    private final Map<Integer, String> racks = new HashMap<>();
    private final ClusterImage image;
    private int changedCount;

    Layout(ClusterImage image, Map<TopicPartition, Load> loads) {
        this.image = image;
        for (BrokerRegistration broker : image.brokers().values()) {
            // Brokers without a rack are each a rack of their own.
            racks.put(broker.id(), broker.rack().orElse("\0" + broker.id()));
            if (!broker.isStopping() && !image.cordons().containsKey(broker.id())) {
                brokers.put(
                        broker.id(), new Broker(broker.id(), racks.getOrDefault(broker.id(), "")));
            }
        }
        // The image has them in the order of names.
        for (TopicImage topic : image.topics().values()) {
            add(topic, loads);
        }
    }

    private void add(TopicImage topic, Map<TopicPartition, Load> loads) {
        for (int p = 0; p < topic.partitionCount(); p++) {
            TopicPartition id = new TopicPartition(topic.name(), p);
            Partition partition =
                    new Partition(
                            id,
                            loads.getOrDefault(id, Load.UNKNOWN),
                            topic.moves().containsKey(p) || !topic.states().get(p).hasLeader(),
                            partitions.size(),
                            topic.target(p));
            partitions.put(id, partition);
            partition.replicas = partition.origin;
            count(partition, 1);
        }
    }

    /** In the order of names. */
    Collection<Partition> partitions() {
        return partitions.values();
    }

    Optional<Partition> find(TopicPartition id) {
        return Optional.ofNullable(partitions.get(id));
    }

    /** Brokers that are gone, and to which the partition moves from one of those that leave. */
    Set<Integer> lostTakers(Partition partition, Set<Integer> leaving) {
        TopicPartition tp = partition.id;
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

    private String rack(int broker) {
        String rack = racks.get(broker);
        return rack == null ? "\0" + broker : rack;
    }

    /** In how many racks the replicas would lie. */
    int rackCount(List<Integer> replicas) {
        Set<String> distinct = new HashSet<>();
        replicas.forEach(id -> distinct.add(rack(id)));
        return distinct.size();
    }

    /** Whether a replica may go there: nobody holds two, and no rack is given up. */
    boolean mayMove(Partition partition, Broker from, Broker to) {
        return !partition.isFixed
                && partition.isOn(from)
                && !partition.isOn(to)
                && (!isInRackWithout(partition, from, to.rack)
                        || isInRackWithout(partition, from, from.rack));
    }

    /** Whether the rack has a replica besides that of the broker. */
    private boolean isInRackWithout(Partition partition, Broker broker, String rack) {
        for (int id : partition.replicas) {
            if (id != broker.id && rack(id).equals(rack)) {
                return true;
            }
        }
        return false;
    }

    /** The emptiest broker that may take a replica over; another rack only if it must. */
    Optional<Broker> heirOf(Partition partition, int from) {
        return brokers.values().stream()
                .filter(to -> !partition.isOn(to))
                .min(
                        Comparator.<Broker>comparingInt(
                                        to -> -rackCount(partition.replaced(from, to.id)))
                                .thenComparingInt(to -> to.replicasOf(partition.id.topic()))
                                .thenComparingInt(to -> to.replicas.size())
                                .thenComparingInt(to -> to.id));
    }

    void put(Partition partition, List<Integer> replicas) {
        count(partition, -1);
        changedCount -= partition.isChanged() ? 1 : 0;
        partition.replicas = List.copyOf(replicas);
        changedCount += partition.isChanged() ? 1 : 0;
        count(partition, 1);
    }

    private void count(Partition partition, int sign) {
        for (int i = 0; i < partition.replicas.size(); i++) {
            Broker broker = brokers.get(partition.replicas.get(i));
            if (broker == null) {
                continue;
            }
            change(broker.replicas, partition, sign);
            change(
                    broker.byTopic.computeIfAbsent(partition.id.topic(), t -> new TreeSet<>()),
                    partition,
                    sign);
            broker.bytes += sign * partition.load.bytes();
            if (i == 0) {
                change(broker.led, partition, sign);
                broker.bytesPerSecond += sign * partition.load.bytesPerSecond();
            }
        }
    }

    private static void change(Set<Partition> set, Partition partition, int sign) {
        boolean isChanged = sign > 0 ? set.add(partition) : set.remove(partition);
        if (!isChanged) {
            throw new IllegalStateException(partition.id + " is counted twice or never");
        }
    }

    List<BalancePlan.Share> shares() {
        return brokers.values().stream().map(Broker::share).toList();
    }

    /** Partitions that would be elsewhere than they are, or in another order. */
    List<PlannedMove> moves() {
        List<PlannedMove> moves = new ArrayList<>();
        for (Partition partition : partitions()) {
            if (partition.isChanged()) {
                List<Integer> from = partition.origin;
                List<Integer> to = partition.replicas;
                long added = to.stream().filter(id -> !from.contains(id)).count();
                moves.add(new PlannedMove(partition.id, from, to, added * partition.load.bytes()));
            }
        }
        return moves;
    }

    /** Partitions that would be on other brokers than now, or in another order. */
    int changedCount() {
        return changedCount;
    }
}
