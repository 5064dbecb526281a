package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChange;
import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.model.cluster.PartitionState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The in-sync replicas of a partition that this broker leads: what is known, and what is under way.
 *
 * <pre>
 *   settled   --begin-------------------------------> under way
 *   under way --written, overtaken, newer state-----> settled (as that state says)
 *   under way --not admitted------------------------> settled (as before)
 *   under way --over--------------------------------> over (nothing more in this leader epoch)
 *   any       --state of a newer leader epoch-------> settled
 * </pre>
 *
 * <p>Invariant: {@code maximal} holds everybody who is in the ISR, whichever way a change that is
 * under way turns out; while the outcome is open the high watermark counts all of them.
 *
 * <p>Owner: the partition's lock; {@link #maximal} is an immutable list.
 *
 * <p>Source: KIP-497, KIP-966.
 */
final class InSync {

    private Leadership known;
    private @Nullable IsrChange underWay;
    private boolean isOver;
    private List<Integer> maximal;

    InSync(Leadership known) {
        this.known = known;
        this.maximal = known.isr();
    }

    Leadership known() {
        return known;
    }

    List<Integer> maximal() {
        return maximal;
    }

    boolean mayBegin() {
        return underWay == null && !isOver;
    }

    /** Whether this broker's copy is, or may be by now, the only one in sync. */
    boolean isAlone() {
        IsrChange change = underWay;
        return known.isr().size() == 1 || (change != null && change.isr().size() == 1);
    }

    /** Takes over a state that is not older than what is known. */
    void learn(Leadership next) {
        IsrChange change = underWay;
        if (next.leaderEpoch() > known.leaderEpoch()) {
            isOver = false;
            underWay = null;
        } else if (change != null && next.partitionEpoch() > change.partitionEpoch()) {
            underWay = null;
        }
        known = next;
        count();
    }

    void begin(IsrChange change) {
        if (!mayBegin()) {
            throw new IllegalStateException(change.partition() + ": one change is under way");
        }
        underWay = change;
        count();
    }

    /**
     * @return false when the change is not the one that is under way, and nothing changed
     */
    @SuppressWarnings("ReferenceEquality")
    boolean settle(IsrChange change, IsrOutcome outcome) {
        if (underWay != change) {
            return false;
        }
        switch (outcome) {
            case IsrOutcome.Written(PartitionState state) -> learn(known.with(state));
            case IsrOutcome.Overtaken(PartitionState state) -> learn(known.with(state));
            case IsrOutcome.NotAdmitted _ -> underWay = null;
            case IsrOutcome.Over _ -> isOver = true;
        }
        count();
        return true;
    }

    /**
     * Who would be eligible once the ISR is the given one: nobody while it is large enough, else
     * whoever leaves it now and whoever was eligible before, for nothing is committed meanwhile.
     */
    List<Integer> elrAfter(List<Integer> isr) {
        if (isr.size() >= known.fewestInSync()) {
            return List.of();
        }
        List<Integer> elr = new ArrayList<>();
        for (Integer id : known.isr()) {
            if (!isr.contains(id)) {
                elr.add(id);
            }
        }
        for (Integer id : known.elr()) {
            if (!isr.contains(id) && !elr.contains(id)) {
                elr.add(id);
            }
        }
        return elr;
    }

    private void count() {
        IsrChange change = underWay;
        if (change == null || known.isr().containsAll(change.isr())) {
            maximal = known.isr();
            return;
        }
        List<Integer> all = new ArrayList<>(known.isr());
        for (Integer id : change.isr()) {
            if (!all.contains(id)) {
                all.add(id);
            }
        }
        maximal = List.copyOf(all);
    }
}
