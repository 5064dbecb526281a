package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicPartition;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an election has to know about brokers, by id.
 *
 * <p>All but {@code started} decides who may lead; that one only who is preferred.
 *
 * @param live they are registered
 * @param stopping of the live ones, those that ask to be relieved
 * @param newcomers of the live ones, those that registered since the last elections
 * @param distrust of the newcomers, those without proof of a clean stop, of all their partitions or
 *     of some
 * @param replaced of those that prove nothing, those with another log directory: they have nothing
 * @param defaults of topics on live brokers that do not have Kafka's, by broker
 * @param started of the live ones, those that are warming up, and since when
 */
record Standing(
        Set<Integer> live,
        Set<Integer> stopping,
        Set<Integer> newcomers,
        Distrust distrust,
        Set<Integer> replaced,
        Map<Integer, TopicConfig> defaults,
        Map<Integer, Long> started) {

    Standing {
        live = sorted(live);
        stopping = sorted(stopping);
        newcomers = sorted(newcomers);
        replaced = sorted(replaced);
        defaults = Map.copyOf(defaults);
        started = Map.copyOf(started);
    }

    /** Brokers with Kafka's defaults. */
    Standing(
            Set<Integer> live,
            Set<Integer> stopping,
            Set<Integer> newcomers,
            Set<Integer> untrusted,
            Set<Integer> replaced) {
        this(live, stopping, newcomers, new Distrust(untrusted), replaced, Map.of(), Map.of());
    }

    /** What is decided by a standing does not depend on the process that decides. */
    private static Set<Integer> sorted(Set<Integer> ids) {
        return Collections.unmodifiableSet(new TreeSet<>(ids));
    }

    /**
     * A newcomer is trusted when it has lost nothing since the registration that was seen last,
     * with the same log directory; but for the partitions that it found damaged.
     */
    static Standing of(ClusterImage image, Remembered remembered) {
        return of(image, remembered, Map.of());
    }

    /**
     * @param started brokers that are warming up, and since when
     */
    static Standing of(ClusterImage image, Remembered remembered, Map<Integer, Long> started) {
        Set<Integer> stopping = new HashSet<>();
        Set<Integer> newcomers = new HashSet<>();
        Set<Integer> untrusted = new HashSet<>();
        Map<TopicPartition, Set<Integer>> doubted = new HashMap<>();
        Set<Integer> replaced = new HashSet<>();
        for (BrokerRegistration broker : image.brokers().values()) {
            int id = broker.id();
            if (broker.isStopping()) {
                stopping.add(id);
            }
            Remembered.Last last = remembered.last().get(id);
            if (last != null && last.epoch() == broker.epoch()) {
                continue;
            }
            newcomers.add(id);
            boolean isOtherDisk =
                    last != null
                            && !last.directoryId().isEmpty()
                            && !last.directoryId().equals(broker.directoryId());
            if (isOtherDisk) {
                replaced.add(id);
            }
            if (last == null || isOtherDisk) {
                untrusted.add(id);
            } else if (!isProof(broker.provenEpoch(), last)) {
                broker.partialProof()
                        .filter(proof -> isProof(proof.epoch(), last))
                        .ifPresentOrElse(
                                proof -> proof.damaged().forEach(each -> doubt(doubted, each, id)),
                                () -> untrusted.add(id));
            }
        }
        return new Standing(
                image.brokers().keySet(),
                stopping,
                newcomers,
                new Distrust(untrusted, doubted),
                replaced,
                defaults(image),
                started);
    }

    private static boolean isProof(long sinceEpoch, Remembered.Last last) {
        return sinceEpoch != BrokerRegistration.NO_PROVEN_EPOCH && sinceEpoch <= last.epoch();
    }

    private static void doubt(
            Map<TopicPartition, Set<Integer>> doubted, TopicPartition partition, int id) {
        doubted.computeIfAbsent(partition, any -> new HashSet<>()).add(id);
    }

    /** The same, as it counts for one partition. */
    Standing of(String topic, int partition) {
        return distrust.replicas().isEmpty()
                ? this
                : new Standing(
                        live,
                        stopping,
                        newcomers,
                        new Distrust(distrust.of(new TopicPartition(topic, partition))),
                        replaced,
                        defaults,
                        started);
    }

    /** Brokers of which no replica is trusted. */
    Set<Integer> untrusted() {
        return distrust.brokers();
    }

    /** What topics have on brokers that do not have Kafka's defaults, by broker. */
    static Map<Integer, TopicConfig> defaults(ClusterImage image) {
        Map<Integer, TopicConfig> defaults = new HashMap<>();
        for (BrokerRegistration broker : image.brokers().values()) {
            Map<String, String> told = new HashMap<>(broker.topicDefaults());
            told.keySet().retainAll(LeaderElection.Rules.SETTINGS);
            if (!told.isEmpty()) {
                defaults.put(broker.id(), TopicConfig.of(told));
            }
        }
        return defaults;
    }

    boolean isWarmingUp(int id) {
        return started.containsKey(id);
    }

    /** The smaller, the better it leads: all that are warm are alike, the others by age. */
    long coldness(int id) {
        return started.getOrDefault(id, Long.MIN_VALUE);
    }

    /** Whether it is there to stay. */
    boolean isPresent(int id) {
        return live.contains(id) && !stopping.contains(id);
    }
}
