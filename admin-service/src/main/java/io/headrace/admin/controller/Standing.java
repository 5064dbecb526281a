package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.topic.TopicConfig;
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
 * @param untrusted of the newcomers, those without proof of a clean stop: the end of their logs may
 *     be lost
 * @param replaced of the untrusted, those with another log directory: they have nothing
 * @param defaults of topics on live brokers that do not have Kafka's, by broker
 * @param started of the live ones, those that are warming up, and since when
 */
record Standing(
        Set<Integer> live,
        Set<Integer> stopping,
        Set<Integer> newcomers,
        Set<Integer> untrusted,
        Set<Integer> replaced,
        Map<Integer, TopicConfig> defaults,
        Map<Integer, Long> started) {

    Standing {
        live = sorted(live);
        stopping = sorted(stopping);
        newcomers = sorted(newcomers);
        untrusted = sorted(untrusted);
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
        this(live, stopping, newcomers, untrusted, replaced, Map.of(), Map.of());
    }

    /** What is decided by a standing does not depend on the process that decides. */
    private static Set<Integer> sorted(Set<Integer> ids) {
        return Collections.unmodifiableSet(new TreeSet<>(ids));
    }

    /**
     * A newcomer is trusted when it has lost nothing since the registration that was seen last,
     * with the same log directory.
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
            boolean hasProof =
                    last != null
                            && broker.provenEpoch() != BrokerRegistration.NO_PROVEN_EPOCH
                            && broker.provenEpoch() <= last.epoch();
            if (isOtherDisk || !hasProof) {
                untrusted.add(id);
            }
        }
        return new Standing(
                image.brokers().keySet(),
                stopping,
                newcomers,
                untrusted,
                replaced,
                defaults(image),
                started);
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
