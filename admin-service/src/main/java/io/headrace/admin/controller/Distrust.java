package io.headrace.admin.controller;

import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which replicas of newcomers may have lost the ends of their logs.
 *
 * @param brokers all replicas of these
 * @param replicas by partition, the brokers of which only some replicas are meant
 */
record Distrust(Set<Integer> brokers, Map<TopicPartition, Set<Integer>> replicas) {

    static final Distrust NOBODY = new Distrust(Set.of());

    Distrust {
        brokers = sorted(brokers);
        Map<TopicPartition, Set<Integer>> copy = new HashMap<>();
        replicas.forEach((partition, ids) -> copy.put(partition, sorted(ids)));
        replicas = Map.copyOf(copy);
    }

    Distrust(Set<Integer> brokers) {
        this(brokers, Map.of());
    }

    private static Set<Integer> sorted(Set<Integer> ids) {
        return Collections.unmodifiableSet(new TreeSet<>(ids));
    }

    boolean isEmpty() {
        return brokers.isEmpty() && replicas.isEmpty();
    }

    /** Whether whoever is not trusted is in no ISR or ELR of the topic with others. */
    boolean allows(String topic, StatesNode states) {
        for (int p = 0; p < states.partitions().size(); p++) {
            Set<Integer> here = of(new TopicPartition(topic, p));
            PartitionNode partition = states.partitions().get(p);
            List<Integer> candidates = new ArrayList<>(partition.isr());
            candidates.addAll(partition.elr());
            if (candidates.size() > 1 && candidates.stream().anyMatch(here::contains)) {
                return false;
            }
        }
        return true;
    }

    /** The brokers whose replica of the partition is not trusted. */
    Set<Integer> of(TopicPartition partition) {
        Set<Integer> here = replicas.get(partition);
        if (here == null) {
            return brokers;
        }
        Set<Integer> all = new HashSet<>(brokers);
        all.addAll(here);
        return all;
    }
}
