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
     * Moves a partition, or changes where a moving one goes. Back to where it came from is the same
     * as {@link #settle}.
     *
     * @return whether somebody in sync is left; else nothing is changed
     */
    boolean move(int partition, List<Integer> target) {
        List<Integer> origin = origin(before, partition);
        List<Integer> adding = without(target, origin);
        List<Integer> removing = without(origin, target);
        if (adding.isEmpty() && removing.isEmpty()) {
            return settle(partition, target);
        }
        List<Integer> assignment = new ArrayList<>(target);
        assignment.addAll(removing);
        return assign(partition, assignment, Optional.of(new Move(adding, removing)));
    }

    /**
     * Ends the move of a partition, here: done, or given up.
     *
     * @return whether somebody in sync is left; else nothing is changed
     */
    boolean settle(int partition, List<Integer> assignment) {
        return assign(partition, assignment, Optional.empty());
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
                LeaderElection.next(state, assignment, standing, rules.apply(partition))
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

    private static List<Integer> without(List<Integer> all, List<Integer> some) {
        return all.stream().filter(id -> !some.contains(id)).toList();
    }
}
