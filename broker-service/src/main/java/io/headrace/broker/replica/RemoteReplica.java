package io.headrace.broker.replica;

import java.util.Arrays;

/**
 * How far one follower has copied this leader's log, as its fetches say.
 *
 * <p>Owner: its monitor; each follower fetches on one connection, so it is hardly ever contended.
 * Lives for one leader epoch.
 */
final class RemoteReplica {

    static final long UNKNOWN = -1;

    /**
     * A follower has two requests open, so what it says in one comes from the answer to the last
     * but one; and once more while it forces what that answer brought.
     */
    private static final int FETCHES_BEFORE = 3;

    private final int id;
    private long brokerEpoch = UNKNOWN;
    private long endOffset = UNKNOWN;
    private long logStartOffset = UNKNOWN;
    private long fetchedAtNanos;

    /** The fetch before, and those before it: when, and where the leader's end was then. */
    private final long[] fetchNanos = new long[FETCHES_BEFORE];

    private final long[] leaderEnds = new long[FETCHES_BEFORE];
    private long caughtUpAtNanos;
    private boolean wasCaughtUp;
    private long toldHighWatermark = UNKNOWN;
    private long toldLogStart = UNKNOWN;

    /**
     * @param isInSync whether it counts as caught up now
     */
    RemoteReplica(int id, boolean isInSync, long nowNanos) {
        this.id = id;
        this.wasCaughtUp = isInSync;
        this.caughtUpAtNanos = nowNanos;
        Arrays.fill(leaderEnds, Long.MAX_VALUE);
    }

    int id() {
        return id;
    }

    /**
     * The follower fetches, and so has everything below the offset.
     *
     * <p>It is caught up at a time when it has what the leader had then: now, when it is at the
     * leader's end; at one of its fetches before, when it is at where the leader's end was at that
     * fetch. Where a follower forces what it copies before it fetches on, that is one force ago,
     * and the next word comes one force later: two of them would count as its lag, and only one of
     * them is, up to the credit.
     *
     * @param forceNanosMax the longest force that does not count as lag, 0 where nothing is forced
     * @return whether that changed what the leader counts with
     */
    synchronized boolean fetched(
            ReplicaFetch fetch, long leaderEnd, long nowNanos, long forceNanosMax) {
        if (fetch.brokerEpoch() < brokerEpoch) {
            return false;
        }
        if (fetch.offset() >= leaderEnd) {
            caughtUp(nowNanos);
        } else {
            caughtUpBefore(fetch.offset(), nowNanos, forceNanosMax);
        }
        boolean isNews =
                fetch.offset() != endOffset
                        || fetch.logStartOffset() != logStartOffset
                        || fetch.brokerEpoch() != brokerEpoch;
        brokerEpoch = fetch.brokerEpoch();
        endOffset = fetch.offset();
        logStartOffset = fetch.logStartOffset();
        fetchedAtNanos = nowNanos;
        System.arraycopy(leaderEnds, 0, leaderEnds, 1, FETCHES_BEFORE - 1);
        System.arraycopy(fetchNanos, 0, fetchNanos, 1, FETCHES_BEFORE - 1);
        leaderEnds[0] = leaderEnd;
        fetchNanos[0] = nowNanos;
        return isNews;
    }

    private void caughtUpBefore(long offset, long nowNanos, long forceNanosMax) {
        for (int i = 0; i < FETCHES_BEFORE; i++) {
            if (offset >= leaderEnds[i]) {
                caughtUp(fetchNanos[i] + Math.min(nowNanos - fetchNanos[i], forceNanosMax));
                return;
            }
        }
    }

    private void caughtUp(long nanos) {
        if (!wasCaughtUp || nanos - caughtUpAtNanos > 0) {
            caughtUpAtNanos = nanos;
        }
        wasCaughtUp = true;
    }

    /** -1 before the first fetch. */
    synchronized long brokerEpoch() {
        return brokerEpoch;
    }

    /** One above what it has; -1 before the first fetch. */
    synchronized long endOffset() {
        return endOffset;
    }

    /** -1 before the first fetch. */
    synchronized long logStartOffset() {
        return logStartOffset;
    }

    /** The high watermark that its answers carried last; -1 for none. */
    synchronized long toldHighWatermark() {
        return toldHighWatermark;
    }

    /** The log start offset that its answers carried last; -1 for none. */
    synchronized long toldLogStart() {
        return toldLogStart;
    }

    synchronized void tell(long highWatermark, long logStart) {
        toldHighWatermark = Math.max(toldHighWatermark, highWatermark);
        toldLogStart = Math.max(toldLogStart, logStart);
    }

    synchronized boolean isCaughtUp(long leaderEnd, long nowNanos, long lagNanosMax) {
        return endOffset == leaderEnd || (wasCaughtUp && nowNanos - caughtUpAtNanos <= lagNanosMax);
    }

    /**
     * Whether it has fetched a short while ago: what it had before that it may have lost since, and
     * its leader would not know.
     */
    synchronized boolean wasHeard(long nowNanos, long lagNanosMax) {
        return endOffset != UNKNOWN && nowNanos - fetchedAtNanos <= lagNanosMax;
    }
}
