package io.headrace.broker.group;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What there is and what happened in the groups that this broker coordinates. Any thread. */
public final class GroupCounters {

    private final LongAdder rebalances = new LongAdder();
    private final LongAdder expired = new LongAdder();
    private final LongAdder commits = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final AtomicInteger groups = new AtomicInteger();
    private volatile @Nullable String lastExpired;

    void rebalances() {
        rebalances.increment();
    }

    void expired(String groupId) {
        lastExpired = groupId;
        expired.increment();
    }

    void committed() {
        commits.increment();
    }

    void groupRefused() {
        refused.increment();
    }

    void groupsChanged(int by) {
        groups.addAndGet(by);
    }

    /** Groups in memory. */
    public int groupCount() {
        return groups.get();
    }

    /** Calls that would have made a group too many. */
    public long refusedCount() {
        return refused.sum();
    }

    /** Rebalances that were begun. */
    public long rebalanceCount() {
        return rebalances.sum();
    }

    /** Members that nothing was heard of for their session timeout. */
    public long expiredCount() {
        return expired.sum();
    }

    /** Commits of offsets that were stored. */
    public long commitCount() {
        return commits.sum();
    }

    /** The group of the last member that expired; null before the first. */
    public @Nullable String lastExpired() {
        return lastExpired;
    }
}
