package io.headrace.model.coordination;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether ZooKeeper may hear a client that does not hear it. All connections come about, and none
 * is answered: so it is where packets pass in one direction only. The server touches the session
 * for each of them, so it would last for ever, and with it what a dumb broker leads. After such a
 * silence the client stops connecting for as long as ZooKeeper needs to end the session.
 *
 * <p>In an outage some connection is refused, reset, closed at once (a server without a quorum does
 * so) or does not come about; one of them ends the silence, and the session is kept.
 *
 * <pre>
 *   heard  --a connection without an answer--> silent
 *   silent --any other end of one------------> heard
 *          --all servers tried, for as long as the session lasts and {@code silentMin}--> paused
 *   paused --one and a half sessions---------> heard
 * </pre>
 *
 * <p>Owner: its monitor. Outlives the connections of one client.
 */
final class Silence {

    private final long silentNanosMin;
    private final LongSupplier nanoTime;
    private boolean isSilent;
    private long sinceNanos;
    private int count;
    private boolean isPaused;
    private long pausedUntilNanos;

    /**
     * @param silentNanosMin a silence is at least this long; more than followers of ZooKeeper keep
     *     to a leader that is gone, for meanwhile they answer nobody whose session they have to ask
     *     it about
     */
    Silence(long silentNanosMin, LongSupplier nanoTime) {
        this.silentNanosMin = silentNanosMin;
        this.nanoTime = nanoTime;
    }

    long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** A connection was answered, or ended as in an outage. */
    synchronized void end() {
        isSilent = false;
    }

    /**
     * A connection came about and was not answered.
     *
     * @param sessionTimeoutMs after which ZooKeeper ends the session
     * @param servers that there are to try
     * @return whether that was one too many, and a pause begins
     */
    synchronized boolean met(long beganNanos, int sessionTimeoutMs, int servers) {
        long sessionNanos = TimeUnit.MILLISECONDS.toNanos(sessionTimeoutMs);
        if (!isSilent) {
            isSilent = true;
            sinceNanos = beganNanos;
            count = 0;
        }
        count++;
        long now = nanoTime();
        if (count < servers || now - sinceNanos < Math.max(sessionNanos, silentNanosMin)) {
            return false;
        }
        isSilent = false;
        isPaused = true;
        // It looks for sessions to end every tick, which is at most half of the shortest one.
        pausedUntilNanos = now + sessionNanos + sessionNanos / 2;
        return true;
    }

    /** For how long no connection may be made; 0 when one may. */
    synchronized long pauseNanos() {
        long left = isPaused ? pausedUntilNanos - nanoTime() : 0;
        isPaused = left > 0;
        return Math.max(0, left);
    }
}
