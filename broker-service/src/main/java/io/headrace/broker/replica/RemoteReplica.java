package io.headrace.broker.replica;

/**
 * How far one follower has copied this leader's log, as its fetches say.
 *
 * <p>Owner: its monitor; each follower fetches on one connection, so it is hardly ever contended.
 * Lives for one leader epoch.
 */
final class RemoteReplica {

    static final long UNKNOWN = -1;

    private final int id;
    private long brokerEpoch = UNKNOWN;
    private long endOffset = UNKNOWN;
    private long logStartOffset = UNKNOWN;
    private long fetchedAtNanos;
    private long leaderEndAtFetch = Long.MAX_VALUE;
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
    }

    int id() {
        return id;
    }

    /**
     * The follower fetches, and so has everything below the offset.
     *
     * <p>It is caught up at a time when it has what the leader had then: now, when it is at the
     * leader's end; at its fetch before, when it is at where the leader's end was at that fetch.
     *
     * @return whether that changed what the leader counts with
     */
    synchronized boolean fetched(ReplicaFetch fetch, long leaderEnd, long nowNanos) {
        if (fetch.brokerEpoch() < brokerEpoch) {
            return false;
        }
        if (fetch.offset() >= leaderEnd) {
            caughtUp(nowNanos);
        } else if (fetch.offset() >= leaderEndAtFetch) {
            caughtUp(fetchedAtNanos);
        }
        boolean isNews =
                fetch.offset() != endOffset
                        || fetch.logStartOffset() != logStartOffset
                        || fetch.brokerEpoch() != brokerEpoch;
        brokerEpoch = fetch.brokerEpoch();
        endOffset = fetch.offset();
        logStartOffset = fetch.logStartOffset();
        fetchedAtNanos = nowNanos;
        leaderEndAtFetch = leaderEnd;
        return isNews;
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
