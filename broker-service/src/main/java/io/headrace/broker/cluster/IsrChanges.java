package io.headrace.broker.cluster;

import java.util.function.Consumer;

/** Takes the wishes of leaders for their in-sync replicas. */
public interface IsrChanges {

    /**
     * Tries until the outcome is certain, or forever when it never is. At most one change of a
     * partition is under way: a later one takes the place of an earlier one.
     *
     * @param then told once, on a thread that must not be blocked; never when this broker stops
     *     first
     */
    void submit(IsrChange change, Consumer<IsrOutcome> then);
}
