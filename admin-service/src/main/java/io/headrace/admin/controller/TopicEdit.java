package io.headrace.admin.controller;

import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * Changes of the assignments of one topic, gathered until they are written together: the topic and
 * the states of its partitions in the same multi.
 *
 * <p>Owner: the thread that decides; lives for one decision.
 */
final class TopicEdit {

    private final TopicImage before;
    private final Standing standing;
    private final IntFunction<LeaderElection.Rules> rules;
    private final List<List<Integer>> assignments;
    private final Map<Integer, Move> moves;
    private final Map<Integer, ClusterWrite.StateChange> states = new TreeMap<>();

    TopicEdit(TopicImage before, Standing standing) {
        this.before = before;
        this.standing = standing;
        this.rules = LeaderElection.Rules.of(before, standing.defaults());
        this.assignments = new ArrayList<>(before.assignments());
        this.moves = new HashMap<>(before.moves());
    }

    /**
     * Moves a partition, or changes where a moving one goes, which may be back to where it came
     * from. Whoever is in sync stays until the leader takes him out: of those that are left all may
     * be dead, and their sessions not yet over. Who is no longer to come, but is in sync, is both
     * added and removed.
     *
     * @return whether somebody in sync is left; else nothing is changed
     */
    boolean move(int partition, List<Integer> target) {
        List<Integer> origin = origin(before, partition);
        List<Integer> inSync = before.states().get(partition).isr();
        List<Integer> turning = without(without(inSync, origin), target);
        List<Integer> adding = with(without(target, origin), turning);
        List<Integer> removing = with(without(origin, target), turning);
        if (adding.isEmpty() && removing.isEmpty()) {
            return assign(partition, target, Optional.empty());
        }
        return assign(partition, with(target, removing), Optional.of(new Move(adding, removing)));
    }

    /**
     * Moves a partition back to where it came from.
     *
     * @return whether somebody in sync is there; else nothing is changed
     */
    boolean giveUp(int partition) {
        List<Integer> origin = origin(before, partition);
        return before.states().get(partition).isr().stream().anyMatch(origin::contains)
                && move(partition, origin);
    }

    /**
     * Brings a move whose target is in sync nearer to its end: first one of the target leads, who
     * takes those out of the ISR that are to go, and so shows that it lives; then they go.
     */
    void progress(int partition) {
        PartitionState state = before.states().get(partition);
        List<Integer> target = before.target(partition);
        if (target.containsAll(state.isr())) {
            var _ = assign(partition, target, Optional.empty());
        } else if (!target.contains(state.leader())) {
            target.stream()
                    .filter(standing::isPresent)
                    .findFirst()
                    .ifPresent(next -> states.put(partition, handOver(state, next)));
        }
    }

    private static ClusterWrite.StateChange handOver(PartitionState state, int leader) {
        return new ClusterWrite.StateChange(
                state,
                new PartitionState(
                        leader,
                        state.leaderEpoch() + 1,
                        state.isr(),
                        state.elr(),
                        state.lastCopy(),
                        state.partitionEpoch() + 1));
    }

    /** Where a partition is, or was before it began to move. */
    static List<Integer> origin(TopicImage topic, int partition) {
        Move move = topic.moves().get(partition);
        List<Integer> assignment = topic.assignments().get(partition);
        return move == null ? assignment : without(assignment, move.adding());
    }

    private boolean assign(int partition, List<Integer> assignment, Optional<Move> move) {
        List<Integer> old = before.assignments().get(partition);
        boolean isReordered =
                move.isEmpty()
                        && !before.moves().containsKey(partition)
                        && new HashSet<>(old).equals(new HashSet<>(assignment));
        if (!isReordered && !changeState(partition, assignment)) {
            return false;
        }
        assignments.set(partition, List.copyOf(assignment));
        move.ifPresentOrElse(
                it -> moves.put(partition, it),
                () -> {
                    var _ = moves.remove(partition);
                });
        return true;
    }

    /** The start and the end of a move are a new leader epoch, whoever leads. */
    private boolean changeState(int partition, List<Integer> assignment) {
        PartitionState state = before.states().get(partition);
        PartitionState next =
                LeaderElection.next(
                                state,
                                assignment,
                                standing.of(before.name(), partition),
                                rules.apply(partition))
                        .orElse(state);
        if (next.isr().isEmpty() && !state.isr().isEmpty()) {
            return false;
        }
        states.put(
                partition,
                new ClusterWrite.StateChange(
                        state,
                        new PartitionState(
                                next.leader(),
                                state.leaderEpoch() + 1,
                                next.isr(),
                                next.elr(),
                                next.lastCopy(),
                                state.partitionEpoch() + 1)));
        return true;
    }

    TopicImage before() {
        return before;
    }

    /** Empty when nothing changes. */
    List<ClusterWrite> writes() {
        TopicImage after =
                new TopicImage(
                        before.name(),
                        before.id(),
                        before.config(),
                        assignments,
                        moves,
                        before.states());
        List<ClusterWrite> writes = new ArrayList<>();
        if (!after.equals(before)) {
            writes.add(new ClusterWrite.Replace(before, after));
        }
        if (!states.isEmpty()) {
            writes.add(new ClusterWrite.Elect(before.name(), before.id(), states));
        }
        return writes;
    }

    private static List<Integer> with(List<Integer> all, List<Integer> more) {
        List<Integer> both = new ArrayList<>(all);
        both.addAll(more);
        return both;
    }

    private static List<Integer> without(List<Integer> all, List<Integer> some) {
        return all.stream().filter(id -> !some.contains(id)).toList();
    }
}
