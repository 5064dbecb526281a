package io.headrace.admin.controller;

import io.headrace.admin.balance.Balancer;
import io.headrace.admin.balance.PlannedMove;
import io.headrace.admin.controller.ControllerEvent.StartBalance;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Carries plans out: a few moves at a time, drains first, then what is pending of a balance run.
 * What is pending is in {@code /controller/balance}, what is on the way in the topics, so that the
 * next controller goes on.
 *
 * <p>Bounds: {@link ControllerRules.Balance#movesMax} moves on the way, whoever asked for them. One
 * that stands still, for want of a leader or of a broker that it goes to, does not hold up others.
 * A run has {@link #PLANNED_COUNT_MAX} partitions at most, and no more than its node holds; what
 * fills newcomers is planned in several parts then, one after the other.
 */
final class Rebalancing {

    /** Of one run. */
    static final int PLANNED_COUNT_MAX = 4_000;

    /** Its node must stay below ZooKeeper's 1 MiB, however long the topics' names are. */
    private static final int PENDING_BYTES_MAX = 800_000;

    /** Of one that is pending, without its topic and its brokers. */
    private static final int PENDING_BYTES = 64;

    private static final int BROKER_ID_BYTES = 11;

    private Rebalancing() {}

    /** Whether another move may begin, with those that are on the way. */
    static boolean hasRoom(ClusterImage image, ControllerRules.Balance rules) {
        return onTheWay(image) < rules.movesMax();
    }

    /** What to begin now; empty when there is nothing to do, or enough on the way. */
    static List<List<ClusterWrite>> next(
            ClusterImage image, Standing standing, ControllerRules.Balance rules, long nowMs) {
        int free = rules.movesMax() - onTheWay(image);
        if (free <= 0) {
            return List.of();
        }
        Set<Integer> draining =
                image.cordons().entrySet().stream()
                        .filter(entry -> entry.getValue().isDraining())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        if (!draining.isEmpty()) {
            Map<String, TopicEdit> edits = new TreeMap<>();
            for (PlannedMove move : Balancer.drain(image, draining, free)) {
                var _ = begin(image, standing, edits, move.partition(), move.to());
            }
            List<List<ClusterWrite>> steps = Moves.steps(edits);
            if (!steps.isEmpty()) {
                return steps;
            }
        }
        if (image.balance().filter(BalanceRun::isRunning).isPresent()) {
            return goOn(image, standing, image.balance().get(), free);
        }
        return rules.fillsNewBrokers() ? fill(image, standing, nowMs) : List.of();
    }

    private static int onTheWay(ClusterImage image) {
        int count = 0;
        for (TopicImage topic : image.topics().values()) {
            for (int partition : topic.moves().keySet()) {
                boolean goesOn =
                        topic.states().get(partition).hasLeader()
                                && image.brokers().keySet().containsAll(topic.target(partition));
                count += goesOn ? 1 : 0;
            }
        }
        return count;
    }

    private static List<List<ClusterWrite>> goOn(
            ClusterImage image, Standing standing, BalanceRun run, int free) {
        Map<String, TopicEdit> edits = new TreeMap<>();
        if (run.pending().isEmpty() && run.goesOn()) {
            return List.of(List.of(new ClusterWrite.PutBalance(more(image, run))));
        }
        List<BalanceRun.Pending> left = new ArrayList<>();
        int begun = 0;
        for (BalanceRun.Pending each : run.pending()) {
            if (begun >= free) {
                left.add(each);
            } else if (isStillWanted(image, each)
                    && begin(image, standing, edits, each.partition(), each.to())) {
                begun++;
            }
        }
        boolean isDone = left.isEmpty() && !run.goesOn();
        BalanceRun after =
                run.with(isDone ? BalanceRun.State.DONE : BalanceRun.State.RUNNING, left);
        List<List<ClusterWrite>> steps = new ArrayList<>(Moves.steps(edits));
        steps.add(List.of(new ClusterWrite.PutBalance(after)));
        return steps;
    }

    /** The next part of a plan that was too large for one run. */
    private static BalanceRun more(ClusterImage image, BalanceRun run) {
        List<PlannedMove> all = Balancer.plan(image, Map.of(), PLANNED_COUNT_MAX).moves();
        List<PlannedMove> moves = fitting(all);
        return new BalanceRun(
                run.startedMs(),
                run.reason(),
                moves.isEmpty() ? BalanceRun.State.DONE : BalanceRun.State.RUNNING,
                run.total() + moves.size(),
                pending(moves),
                run.seen(),
                isCut(all, moves));
    }

    /** As many as one node holds. */
    private static List<PlannedMove> fitting(List<PlannedMove> moves) {
        int bytes = 0;
        for (int i = 0; i < moves.size(); i++) {
            PlannedMove move = moves.get(i);
            int ids = move.from().size() + move.to().size();
            bytes += PENDING_BYTES + move.partition().topic().length() + ids * BROKER_ID_BYTES;
            if (bytes > PENDING_BYTES_MAX || i == PLANNED_COUNT_MAX) {
                return moves.subList(0, i);
            }
        }
        return moves;
    }

    private static boolean isCut(List<PlannedMove> all, List<PlannedMove> fitting) {
        return fitting.size() < all.size() || all.size() >= PLANNED_COUNT_MAX;
    }

    /** Nobody changed it meanwhile, and those that it goes to take replicas. */
    private static boolean isStillWanted(ClusterImage image, BalanceRun.Pending pending) {
        TopicPartition tp = pending.partition();
        TopicImage topic = image.topics().get(tp.topic());
        return topic != null
                && tp.partition() < topic.partitionCount()
                && !topic.moves().containsKey(tp.partition())
                && topic.assignments().get(tp.partition()).equals(pending.from())
                && pending.to().stream()
                        .filter(id -> !pending.from().contains(id))
                        .allMatch(
                                id ->
                                        Placement.eligible(image).stream()
                                                .anyMatch(broker -> broker.id() == id));
    }

    private static boolean begin(
            ClusterImage image,
            Standing standing,
            Map<String, TopicEdit> edits,
            TopicPartition tp,
            List<Integer> target) {
        TopicImage topic = image.topics().get(tp.topic());
        return topic != null
                && edits.computeIfAbsent(tp.topic(), name -> new TopicEdit(topic, standing))
                        .move(tp.partition(), target);
    }

    /**
     * Brokers that hold nothing and were not there at the last run get their share. Not while all
     * of them are warming up: what copies and serves would run for the first time, beside a process
     * that takes all processors to start, and everybody waits for it.
     */
    private static List<List<ClusterWrite>> fill(
            ClusterImage image, Standing standing, long nowMs) {
        Set<Integer> seen = image.balance().map(BalanceRun::seen).orElse(Set.of());
        Set<Integer> empty = new HashSet<>();
        for (BrokerRegistration broker : Placement.eligible(image)) {
            if (!seen.contains(broker.id())) {
                empty.add(broker.id());
            }
        }
        for (TopicImage topic : image.topics().values()) {
            topic.assignments().forEach(replicas -> replicas.forEach(empty::remove));
        }
        if (standing.started().keySet().containsAll(empty)) {
            return List.of();
        }
        // Without topics the plan is empty: those who are there from the start do not join later.
        List<PlannedMove> all = Balancer.plan(image, Map.of(), PLANNED_COUNT_MAX).moves();
        List<PlannedMove> moves = fitting(all);
        return List.of(
                List.of(
                        new ClusterWrite.PutBalance(
                                run(
                                        image,
                                        moves,
                                        "brokers joined: " + empty.stream().sorted().toList(),
                                        nowMs,
                                        isCut(all, moves)))));
    }

    static Decision start(ClusterImage image, StartBalance change, long nowMs) {
        if (image.balance().filter(BalanceRun::isRunning).isPresent()) {
            return new Refused(
                    ErrorCode.INVALID_REQUEST,
                    "a plan is being carried out; cancel it, or wait for its end");
        }
        for (PlannedMove move : change.moves()) {
            Optional<Outcome.Refused> problem = Moves.problem(image, false, move.from(), move.to());
            if (problem.isPresent()) {
                return new Refused(problem.get().code(), problem.get().message());
            }
        }
        int fitting = fitting(change.moves()).size();
        if (fitting < change.moves().size()) {
            return new Refused(
                    ErrorCode.INVALID_REQUEST,
                    "the plan is too large to be kept; ask for one of at most "
                            + fitting
                            + " partitions");
        }
        return Plan.of(
                List.of(
                        List.of(
                                new ClusterWrite.PutBalance(
                                        run(
                                                image,
                                                change.moves(),
                                                change.reason(),
                                                nowMs,
                                                false)))));
    }

    static Decision cancel(ClusterImage image) {
        Optional<BalanceRun> run = image.balance().filter(BalanceRun::isRunning);
        return run.isEmpty()
                ? Plan.of(List.of())
                : Plan.of(
                        List.of(
                                List.of(
                                        new ClusterWrite.PutBalance(
                                                run.get()
                                                        .with(
                                                                BalanceRun.State.CANCELLED,
                                                                List.of())))));
    }

    private static BalanceRun run(
            ClusterImage image,
            List<PlannedMove> moves,
            String reason,
            long nowMs,
            boolean goesOn) {
        Set<Integer> seen = new HashSet<>(image.balance().map(BalanceRun::seen).orElse(Set.of()));
        seen.addAll(image.brokers().keySet());
        return new BalanceRun(
                nowMs,
                reason,
                moves.isEmpty() ? BalanceRun.State.DONE : BalanceRun.State.RUNNING,
                moves.size(),
                pending(moves),
                seen,
                goesOn);
    }

    private static List<BalanceRun.Pending> pending(List<PlannedMove> moves) {
        return moves.stream()
                .map(m -> new BalanceRun.Pending(m.partition(), m.from(), m.to()))
                .toList();
    }
}
