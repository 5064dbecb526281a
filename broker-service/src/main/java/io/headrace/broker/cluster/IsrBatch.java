package io.headrace.broker.cluster;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * The changes of one topic, judged against the states that stand: which can be written together,
 * which are settled without. Pure.
 */
final class IsrBatch {

    /**
     * One change and what became of it.
     *
     * @param isToBeWritten whether the outcome is certain only once {@link #next} is written
     */
    record Judged(IsrChange change, IsrOutcome outcome, boolean isToBeWritten) {}

    private final StatesNode next;
    private final List<Judged> judged;

    private IsrBatch(StatesNode next, List<Judged> judged) {
        this.next = next;
        this.judged = judged;
    }

    /**
     * @param mayJoin whether a broker, by id and epoch, may be added to an ISR now
     * @throws StaleStatesException if the states are older than what a leader has seen
     */
    static IsrBatch of(
            StatesNode states, List<IsrChange> changes, BiPredicate<Integer, Long> mayJoin) {
        List<PartitionNode> partitions = new ArrayList<>(states.partitions());
        List<Judged> judged = new ArrayList<>(changes.size());
        for (IsrChange change : changes) {
            int index = change.partition().partition();
            if (!states.topicId().equals(change.topicId().toString())
                    || index >= partitions.size()) {
                judged.add(settled(change, new IsrOutcome.Over("the topic is another one now")));
                continue;
            }
            Judged one = judge(partitions.get(index), change, mayJoin);
            judged.add(one);
            if (one.isToBeWritten()
                    && one.outcome() instanceof IsrOutcome.Written(PartitionState state)) {
                partitions.set(index, new PartitionNode(state));
            }
        }
        return new IsrBatch(new StatesNode(states.topicId(), partitions), judged);
    }

    private static Judged judge(
            PartitionNode now, IsrChange change, BiPredicate<Integer, Long> mayJoin) {
        if (now.leader() != change.leaderId() || now.leaderEpoch() != change.leaderEpoch()) {
            if (now.leaderEpoch() < change.leaderEpoch()) {
                throw new StaleStatesException(change.partition().toString());
            }
            return settled(
                    change,
                    new IsrOutcome.Over("leader epoch " + change.leaderEpoch() + " is over"));
        }
        if (now.partitionEpoch() < change.partitionEpoch()) {
            throw new StaleStatesException(change.partition().toString());
        }
        if (now.partitionEpoch() > change.partitionEpoch()) {
            boolean isWritten =
                    now.partitionEpoch() == change.partitionEpoch() + 1
                            && now.isr().equals(change.isr())
                            && now.elr().equals(change.elr());
            return settled(
                    change,
                    isWritten
                            ? new IsrOutcome.Written(now.state())
                            : new IsrOutcome.Overtaken(now.state()));
        }
        for (var addition : change.additions().entrySet()) {
            if (!mayJoin.test(addition.getKey(), addition.getValue())) {
                return settled(change, new IsrOutcome.NotAdmitted(addition.getKey()));
            }
        }
        PartitionState written =
                new PartitionState(
                        now.leader(),
                        now.leaderEpoch(),
                        change.isr(),
                        change.elr(),
                        now.partitionEpoch() + 1);
        return new Judged(change, new IsrOutcome.Written(written), true);
    }

    private static Judged settled(IsrChange change, IsrOutcome outcome) {
        return new Judged(change, outcome, false);
    }

    /** The states with all changes that can be written. */
    StatesNode next() {
        return next;
    }

    List<Judged> judged() {
        return judged;
    }

    boolean writes() {
        return judged.stream().anyMatch(Judged::isToBeWritten);
    }

    /** Whether what is written adds somebody, so that admissions must not have changed. */
    boolean adds() {
        return judged.stream()
                .anyMatch(one -> one.isToBeWritten() && !one.change().additions().isEmpty());
    }
}
