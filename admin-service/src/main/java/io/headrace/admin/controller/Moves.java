package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.MovePartitions;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Outcome.Refused;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Moves of partitions to other brokers. All of their state is in the topics' nodes, so that the
 * next controller goes on with them.
 *
 * <pre>
 * asked for            assignment = target, then those to go; leader epoch + 1
 * target is in sync    a leader that goes is replaced by the first of the target; leader epoch + 1
 * target is the ISR    assignment = target; leader epoch + 1
 * given up             as a move back: who was added and is in sync goes when the others are in sync
 * </pre>
 *
 * <p>Between the last two the leader takes those out of the ISR that are to go. The controller
 * never does: the others of the ISR may all be dead, and their sessions not yet over.
 */
final class Moves {

    private Moves() {}

    /** What somebody asks for; partitions that are refused do not keep the others back. */
    static Plan decide(ClusterImage image, MovePartitions request, Standing standing) {
        Map<TopicPartition, Refused> refusals = new LinkedHashMap<>();
        Map<String, TopicEdit> edits = new TreeMap<>();
        request.targets()
                .forEach(
                        (tp, target) -> {
                            TopicImage topic = image.topics().get(tp.topic());
                            if (topic == null || tp.partition() >= topic.partitionCount()) {
                                refusals.put(
                                        tp,
                                        new Refused(
                                                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                                "there is no " + name(tp)));
                                return;
                            }
                            TopicEdit edit =
                                    edits.computeIfAbsent(
                                            tp.topic(), name -> new TopicEdit(topic, standing));
                            Optional<Refused> refusal =
                                    target.isEmpty()
                                            ? giveUp(edit, tp)
                                            : start(image, request, edit, tp, target.get());
                            refusal.ifPresent(it -> refusals.put(tp, it));
                        });
        return Plan.of(steps(edits), refusals);
    }

    /** Ends the moves whose target is in sync. */
    static List<List<ClusterWrite>> progress(ClusterImage image, Standing standing) {
        Map<String, TopicEdit> edits = new TreeMap<>();
        for (TopicImage topic : image.topics().values()) {
            for (int partition : topic.moves().keySet()) {
                List<Integer> target = topic.target(partition);
                PartitionState state = topic.states().get(partition);
                boolean isThere =
                        state.isr().containsAll(target)
                                && target.stream().anyMatch(standing::isPresent);
                if (isThere) {
                    edits.computeIfAbsent(topic.name(), name -> new TopicEdit(topic, standing))
                            .progress(partition);
                }
            }
        }
        return steps(edits);
    }

    private static Optional<Refused> giveUp(TopicEdit edit, TopicPartition tp) {
        if (!edit.before().moves().containsKey(tp.partition())) {
            return Optional.of(
                    new Refused(
                            ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, name(tp) + " does not move"));
        }
        return edit.giveUp(tp.partition())
                ? Optional.empty()
                : Optional.of(
                        bad("nobody of the replicas that " + name(tp) + " had before is in sync"));
    }

    private static Optional<Refused> start(
            ClusterImage image,
            MovePartitions request,
            TopicEdit edit,
            TopicPartition tp,
            List<Integer> target) {
        List<Integer> origin = TopicEdit.origin(edit.before(), tp.partition());
        Optional<Refused> problem = problem(image, request.mayChangeFactor(), origin, target);
        if (problem.isPresent()) {
            return problem;
        }
        boolean isNothing =
                target.equals(edit.before().target(tp.partition()))
                        && (edit.before().moves().containsKey(tp.partition())
                                || target.equals(origin));
        return isNothing || edit.move(tp.partition(), target)
                ? Optional.empty()
                : Optional.of(bad("nobody in sync would be left of " + name(tp)));
    }

    /** Why nothing may move from there to here; empty when it may. */
    static Optional<Refused> problem(
            ClusterImage image,
            boolean mayChangeFactor,
            List<Integer> origin,
            List<Integer> target) {
        if (target.isEmpty()) {
            return Optional.of(bad("a partition needs at least one replica"));
        }
        if (new HashSet<>(target).size() != target.size()) {
            return Optional.of(bad("a broker can hold only one replica of a partition"));
        }
        if (!mayChangeFactor && target.size() != origin.size()) {
            return Optional.of(
                    new Refused(
                            ErrorCode.INVALID_REPLICATION_FACTOR,
                            "the replication factor is "
                                    + origin.size()
                                    + " and must not change, but "
                                    + target.size()
                                    + " replicas are asked for"));
        }
        Set<Integer> added = new HashSet<>(target);
        origin.forEach(added::remove);
        return added.stream()
                .flatMap(id -> notTaking(image, id).stream())
                .findFirst()
                .map(Moves::bad);
    }

    /** Why a broker takes no new replicas; empty when it does. */
    static Optional<String> notTaking(ClusterImage image, int broker) {
        if (!image.brokers().containsKey(broker)) {
            return Optional.of("there is no live broker with id " + broker);
        }
        return image.cordons().containsKey(broker)
                ? Optional.of("broker " + broker + " is cordoned")
                : Optional.empty();
    }

    /** Each topic is written in one; small topics share a multi. */
    static List<List<ClusterWrite>> steps(Map<String, TopicEdit> edits) {
        List<List<ClusterWrite>> steps = new ArrayList<>();
        List<ClusterWrite> step = new ArrayList<>();
        int partitionCount = 0;
        for (TopicEdit edit : edits.values()) {
            List<ClusterWrite> writes = edit.writes();
            int its = edit.before().partitionCount();
            boolean isFull =
                    partitionCount + its > Elections.STEP_PARTITION_COUNT_MAX / 2
                            || step.size() >= Elections.STEP_WRITE_COUNT_MAX;
            if (isFull && !step.isEmpty()) {
                steps.add(List.copyOf(step));
                step.clear();
                partitionCount = 0;
            }
            step.addAll(writes);
            partitionCount += its;
        }
        if (!step.isEmpty()) {
            steps.add(List.copyOf(step));
        }
        return steps;
    }

    private static Refused bad(String message) {
        return new Refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
    }

    private static String name(TopicPartition tp) {
        return "partition " + tp.partition() + " of '" + tp.topic() + "'";
    }
}
