package io.headrace.admin.controller;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** Elections of all partitions of a cluster, as writes: one per topic, in bounded steps. */
final class Elections {

    /** Bounds one multi: below ZooKeeper's 1 MiB with 80 bytes per partition. */
    static final int STEP_PARTITION_COUNT_MAX = 4_000;

    static final int STEP_WRITE_COUNT_MAX = 100;

    private Elections() {}

    /** What brokers that came, went or stop make necessary. */
    static List<ClusterWrite.Elect> due(ClusterImage image, Standing standing) {
        List<ClusterWrite.Elect> elections = new ArrayList<>();
        for (TopicImage topic : inOrder(image)) {
            IntFunction<LeaderElection.Rules> rules =
                    LeaderElection.Rules.of(topic, standing.defaults());
            Map<Integer, ClusterWrite.StateChange> changes = new TreeMap<>();
            for (int p = 0; p < topic.partitionCount(); p++) {
                int partition = p;
                PartitionState state = topic.states().get(p);
                LeaderElection.next(
                                state,
                                topic.assignments().get(p),
                                standing.of(topic.name(), p),
                                rules.apply(p))
                        .ifPresent(
                                next ->
                                        changes.put(
                                                partition,
                                                new ClusterWrite.StateChange(state, next)));
            }
            add(elections, topic, changes);
        }
        return elections;
    }

    /**
     * Gives brokers back the partitions whose assignment they head, when more than a share of those
     * is led by others. A broker that is warming up gets none, and others no more at a time than
     * they lead already, or one: with 0 of 12 it takes 1, 1, 2, 4 and 4.
     *
     * @param imbalanceMax per broker, 0 to 1
     */
    static List<ClusterWrite.Elect> preferred(
            ClusterImage image, Standing standing, double imbalanceMax) {
        Map<Integer, Integer> own = new HashMap<>();
        Map<Integer, Integer> ledByOthers = new HashMap<>();
        Map<Integer, Integer> room = new HashMap<>();
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                int preferred = topic.target(p).getFirst();
                own.merge(preferred, 1, Integer::sum);
                room.merge(topic.states().get(p).leader(), 1, Integer::sum);
                if (topic.states().get(p).leader() != preferred) {
                    ledByOthers.merge(preferred, 1, Integer::sum);
                }
            }
        }
        List<ClusterWrite.Elect> elections = new ArrayList<>();
        for (TopicImage topic : inOrder(image)) {
            Map<Integer, ClusterWrite.StateChange> changes = new TreeMap<>();
            for (int p = 0; p < topic.partitionCount(); p++) {
                int partition = p;
                int preferred = topic.target(p).getFirst();
                double imbalance =
                        (double) ledByOthers.getOrDefault(preferred, 0)
                                / own.getOrDefault(preferred, 1);
                PartitionState state = topic.states().get(p);
                int left = room.getOrDefault(preferred, 1);
                if (imbalance > imbalanceMax && left > 0 && !standing.isWarmingUp(preferred)) {
                    LeaderElection.preferred(state, topic.target(p), standing.of(topic.name(), p))
                            .ifPresent(
                                    next -> {
                                        room.put(preferred, left - 1);
                                        changes.put(
                                                partition,
                                                new ClusterWrite.StateChange(state, next));
                                    });
                }
            }
            add(elections, topic, changes);
        }
        return elections;
    }

    private static void add(
            List<ClusterWrite.Elect> elections,
            TopicImage topic,
            Map<Integer, ClusterWrite.StateChange> changes) {
        if (!changes.isEmpty()) {
            elections.add(new ClusterWrite.Elect(topic.name(), topic.id(), changes));
        }
    }

    /**
     * Many elections in few multis, none of which is too large. Those of coordinators follow in
     * multis of their own: brokers that take over hundreds of groups would keep producers waiting.
     */
    static List<List<ClusterWrite>> steps(
            ClusterImage image, List<? extends ClusterWrite.Elect> all) {
        List<List<ClusterWrite>> steps = new ArrayList<>();
        List<ClusterWrite> step = new ArrayList<>();
        int partitionCount = 0;
        boolean areInternal = false;
        for (ClusterWrite.Elect election : clientsFirst(all)) {
            int its =
                    image.topic(election.topic())
                            .map(TopicImage::partitionCount)
                            .orElse(election.changes().size());
            boolean isInternal = TopicName.isInternal(election.topic());
            boolean isFull =
                    partitionCount + its > STEP_PARTITION_COUNT_MAX
                            || step.size() == STEP_WRITE_COUNT_MAX;
            if ((isFull || isInternal != areInternal) && !step.isEmpty()) {
                steps.add(List.copyOf(step));
                step.clear();
                partitionCount = 0;
            }
            step.add(election);
            areInternal = isInternal;
            partitionCount += its;
        }
        if (!step.isEmpty()) {
            steps.add(List.copyOf(step));
        }
        return steps;
    }

    private static List<ClusterWrite.Elect> clientsFirst(List<? extends ClusterWrite.Elect> all) {
        List<ClusterWrite.Elect> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparing(election -> TopicName.isInternal(election.topic())));
        return sorted;
    }

    private static List<TopicImage> inOrder(ClusterImage image) {
        return image.topics().values().stream()
                .sorted(Comparator.comparing(TopicImage::name))
                .toList();
    }
}
