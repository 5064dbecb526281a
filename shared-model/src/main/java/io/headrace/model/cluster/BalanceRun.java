package io.headrace.model.cluster;

import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Set;

/**
 * A plan that the controller carries out, or the last one that it did.
 *
 * @param startedMs milliseconds since the epoch
 * @param reason why it was begun
 * @param total how many partitions the plan named
 * @param pending those that have not begun to move
 * @param seen brokers that were there: they are no newcomers that wait to be filled
 * @param goesOn whether there was more to plan than a run may hold: it is planned when nothing is
 *     pending
 */
public record BalanceRun(
        long startedMs,
        String reason,
        State state,
        int total,
        List<Pending> pending,
        Set<Integer> seen,
        boolean goesOn) {

    /** RUNNING until nothing is pending. */
    public enum State {
        RUNNING,
        DONE,
        CANCELLED
    }

    /**
     * @param from its replicas when the plan was made; when they are others later, it is skipped
     * @param to its replicas afterwards
     */
    public record Pending(TopicPartition partition, List<Integer> from, List<Integer> to) {
        public Pending {
            from = List.copyOf(from);
            to = List.copyOf(to);
        }
    }

    public BalanceRun {
        pending = List.copyOf(pending);
        seen = Set.copyOf(seen);
    }

    /** The same run, so far. */
    public BalanceRun with(State now, List<Pending> left) {
        return new BalanceRun(startedMs, reason, now, total, left, seen, goesOn);
    }

    /** The same run, after which others are newcomers. */
    public BalanceRun withSeen(Set<Integer> brokers) {
        return new BalanceRun(startedMs, reason, state, total, pending, brokers, goesOn);
    }

    public boolean isRunning() {
        return state == State.RUNNING;
    }
}
