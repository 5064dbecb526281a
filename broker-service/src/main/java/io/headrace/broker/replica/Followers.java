package io.headrace.broker.replica;

import io.headrace.broker.cluster.IsrChange;
import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The followers of a partition that this broker leads: how far each is, who is in sync, and who
 * ought to be.
 *
 * <p>Rules: a follower leaves the ISR when it has not been caught up for the lag time, is gone,
 * stops, or is to go and all others are in sync; it joins when it has fetched and been caught up
 * within the lag time, has everything committed and everything from before this leader epoch, and
 * its registration is admitted (KIP-497, KIP-841, KIP-903). Nothing is committed while the ISR is
 * smaller than its minimum, or while somebody is eligible beside it (KIP-966).
 *
 * <p>Owner: the partition's lock, but for {@link #fetched} and what is public, which any thread may
 * call.
 */
public final class Followers {

    /** After a refusal the next fetch would ask again at once. */
    static final long REFUSED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final TopicPartition name;
    private final TopicId topicId;
    private final ReplicaRuntime runtime;
    private final InSync inSync;
    private volatile RemoteReplicas remote;
    private volatile List<Integer> maximal;
    private volatile long epochStartOffset;
    private long pausedUntilNanos;
    private boolean isPaused;

    /**
     * @param logEndOffset where this leader epoch begins, or a later offset
     */
    Followers(Partition partition, ReplicaRuntime runtime, Leadership first, long logEndOffset) {
        this.name = partition.name();
        this.topicId = partition.topicId();
        this.runtime = runtime;
        this.inSync = new InSync(first);
        this.remote = RemoteReplicas.of(first, runtime.brokerId(), null, runtime.nanoTime());
        this.maximal = first.isr();
        this.epochStartOffset = logEndOffset;
    }

    Leadership known() {
        return inSync.known();
    }

    /** Whether this broker's copy is, or may be by now, the only one of several in sync. */
    boolean isLastCopy() {
        return inSync.known().replicas().size() > 1 && inSync.isAlone();
    }

    RemoteReplicas remote() {
        return remote;
    }

    /** Where this leader epoch begins. */
    long epochStartOffset() {
        return epochStartOffset;
    }

    /** The ISR, whichever way a change that is under way turns out. */
    List<Integer> maximal() {
        return maximal;
    }

    void learn(Leadership next, long logEndOffset) {
        if (next.leaderEpoch() > inSync.known().leaderEpoch()) {
            epochStartOffset = logEndOffset;
        }
        inSync.learn(next);
        publish();
    }

    /**
     * @return false when another state was faster, and nothing changed
     */
    boolean settle(IsrChange change, IsrOutcome outcome) {
        boolean isNews = inSync.settle(change, outcome);
        if (isNews && outcome instanceof IsrOutcome.NotAdmitted) {
            isPaused = true;
            pausedUntilNanos = runtime.nanoTime() + REFUSED_PAUSE_NANOS;
        }
        publish();
        return isNews;
    }

    private void publish() {
        Leadership known = inSync.known();
        if (!remote.areThoseOf(known, runtime.brokerId())) {
            remote = RemoteReplicas.of(known, runtime.brokerId(), remote, runtime.nanoTime());
        }
        maximal = inSync.maximal();
    }

    /**
     * Notes a follower's progress. Any thread.
     *
     * @param isForced whether followers force what they copy before they fetch on
     * @return whether the leader has something to think about
     */
    boolean fetched(ReplicaFetch fetch, long leaderEnd, boolean isForced) {
        RemoteReplicas now = remote;
        RemoteReplica replica = now.find(fetch.replicaId());
        long forceNanosMax = isForced ? runtime.lagNanosMax() / 2 : 0;
        return replica != null
                && now.leaderEpoch() == fetch.leaderEpoch()
                && (replica.fetched(fetch, leaderEnd, runtime.nanoTime(), forceNanosMax)
                        || !maximal.contains(fetch.replicaId()));
    }

    /**
     * How far everybody has the log who is in sync, or is about to be: who is caught up but not yet
     * in the ISR would else never reach a high watermark that runs before it.
     *
     * @param ownEnd of this broker's log, as far as it counts
     * @param unknownEnd stands for a follower that has not fetched yet
     */
    long committable(long ownEnd, long logEndOffset, long unknownEnd) {
        List<Integer> counted = maximal;
        RemoteReplicas others = remote;
        long committable = ownEnd;
        for (int i = 0; i < counted.size(); i++) {
            int id = counted.get(i);
            if (id != runtime.brokerId()) {
                RemoteReplica replica = others.find(id);
                long end = replica == null ? unknownEnd : replica.endOffset();
                committable = Math.min(committable, Math.max(end, unknownEnd));
            }
        }
        for (RemoteReplica replica : others.all()) {
            if (!counted.contains(replica.id())
                    && replica.isCaughtUp(logEndOffset, runtime.nanoTime(), runtime.lagNanosMax())
                    && runtime.mayJoin(replica.id(), replica.brokerEpoch())) {
                committable = Math.min(committable, Math.max(replica.endOffset(), unknownEnd));
            }
        }
        return committable;
    }

    /** Whether the broker holds, or is to get, a replica. */
    public boolean contains(int brokerId) {
        return remote.find(brokerId) != null;
    }

    /** Whether a follower was told less than this by its answers so far. */
    public boolean isNews(int brokerId, long highWatermark, long logStart) {
        RemoteReplica replica = remote.find(brokerId);
        return replica == null
                || highWatermark > replica.toldHighWatermark()
                || logStart > replica.toldLogStart();
    }

    public void tell(int brokerId, long highWatermark, long logStart) {
        RemoteReplica replica = remote.find(brokerId);
        if (replica != null) {
            replica.tell(highWatermark, logStart);
        }
    }

    boolean mayCommit() {
        return inSync.known().mayCommit();
    }

    /** The smallest log start offset of all replicas that have fetched from this leader. */
    long lowWatermark(long ownStart) {
        long low = ownStart;
        for (RemoteReplica replica : remote.all()) {
            if (runtime.isAlive(replica.id())) {
                low = Math.min(low, replica.logStartOffset());
            }
        }
        return low;
    }

    // ---- changes of the ISR

    /**
     * Whoever has caught up joins; null when nobody does now. Who has all that is committed and yet
     * lags would have to leave at once, and come back, for as long as nothing more is committed.
     */
    @Nullable IsrChange expansion(long highWatermark, long logEndOffset) {
        Leadership known = inSync.known();
        boolean isComplete =
                known.isr().size() >= known.replicas().size() && !known.isSomebodyBeside();
        if (isComplete || !inSync.mayBegin() || isPaused()) {
            return null;
        }
        List<Integer> isr = new ArrayList<>(known.isr());
        Map<Integer, Long> additions = new HashMap<>();
        for (RemoteReplica replica : remote.all()) {
            long epoch = replica.brokerEpoch();
            if (!known.isr().contains(replica.id())
                    && !known.isToGo(replica.id(), runtime.brokerId())
                    && replica.wasHeard(runtime.nanoTime(), runtime.lagNanosMax())
                    && replica.isCaughtUp(logEndOffset, runtime.nanoTime(), runtime.lagNanosMax())
                    && replica.endOffset() >= highWatermark
                    && replica.endOffset() >= epochStartOffset
                    && runtime.mayJoin(replica.id(), epoch)) {
                isr.add(replica.id());
                additions.put(replica.id(), epoch);
            }
        }
        boolean isElrOver = !known.elr().isEmpty() && isr.size() >= known.fewestInSync();
        boolean isNews = !additions.isEmpty() || isElrOver || known.hasLastCopyBeside();
        return isNews ? begin(isr, additions) : null;
    }

    /** Whoever lags for too long, is gone, or stops leaves; null when nobody does now. */
    @Nullable IsrChange shrinkage(long logEndOffset) {
        Leadership known = inSync.known();
        if (!inSync.mayBegin() || !hasLeaving(logEndOffset)) {
            return null;
        }
        List<Integer> isr = new ArrayList<>(known.isr());
        isr.removeIf(id -> leaves(id, logEndOffset));
        return begin(isr, Map.of());
    }

    boolean hasLeaving(long logEndOffset) {
        for (Integer id : maximal) {
            if (leaves(id, logEndOffset)) {
                return true;
            }
        }
        return false;
    }

    private boolean leaves(int id, long logEndOffset) {
        if (id == runtime.brokerId()) {
            return false;
        }
        RemoteReplica replica = remote.find(id);
        return replica == null
                || !replica.isCaughtUp(logEndOffset, runtime.nanoTime(), runtime.lagNanosMax())
                || inSync.known().isToGo(id, runtime.brokerId())
                || runtime.relief().isDue(id)
                || runtime.isGone(id);
    }

    private boolean isPaused() {
        if (isPaused && runtime.nanoTime() - pausedUntilNanos >= 0) {
            isPaused = false;
        }
        return isPaused;
    }

    private IsrChange begin(List<Integer> isr, Map<Integer, Long> additions) {
        Leadership known = inSync.known();
        IsrChange change =
                new IsrChange(
                        name,
                        topicId,
                        runtime.brokerId(),
                        known.leaderEpoch(),
                        known.partitionEpoch(),
                        isr,
                        inSync.elrAfter(isr),
                        additions);
        inSync.begin(change);
        publish();
        return change;
    }
}
