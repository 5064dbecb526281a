package io.headrace.broker.replication;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one leader: requests go out one behind the other, and are answered in that order.
 *
 * <p>Owner: one thread, except for {@link #wake} and {@link #interrupt}. After an exception the
 * channel is of no use any more.
 *
 * <p>Bounds: who sends more than {@link #OPEN_MAX} requests without an answer is wrong.
 */
public interface LeaderChannel extends Closeable {

    /** One that the leader lets wait for news, and one behind it that ends this wait. */
    int OPEN_MAX = 2;

    /**
     * Sends the request, within the timeout.
     *
     * @throws IOException if it cannot be sent
     */
    void send(FetchRequest request) throws IOException;

    /**
     * The answer to the oldest request that is open. One that has begun to come is read to its end.
     *
     * @param patienceNanos how long to wait for its beginning; the timeout ends the wait earlier
     * @return null when the patience is over, or after {@link #wake}
     * @throws IOException if there is none within the timeout
     */
    @Nullable FetchAnswer receive(long patienceNanos) throws IOException;

    /** Makes a wait for an answer, or the next one, end at once without one; any thread. */
    void wake();

    /** Makes whatever waits, or will wait, end at once with an exception; any thread. */
    void interrupt();

    @Override
    void close();

    /** Sends the request and waits for the answer, when no other is open. */
    default FetchAnswer fetch(FetchRequest request) throws IOException {
        send(request);
        FetchAnswer answer = null;
        while (answer == null) {
            answer = receive(Long.MAX_VALUE);
        }
        return answer;
    }

    /** Opens connections; the seam for tests and simulation. */
    interface Opener {

        /**
         * @throws IOException if the broker is not known, or cannot be reached in time
         */
        LeaderChannel open(int leaderId) throws IOException;
    }
}
