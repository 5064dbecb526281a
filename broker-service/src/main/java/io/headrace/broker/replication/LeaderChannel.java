package io.headrace.broker.replication;

import java.io.Closeable;
import java.io.IOException;

/**
 * A connection to one leader; one request at a time. Owner: the fetcher's thread, except for {@link
 * #interrupt}.
 */
public interface LeaderChannel extends Closeable {

    /**
     * Sends the request and waits for the answer, within the timeouts.
     *
     * @throws IOException if there is none; the channel is of no use any more
     */
    FetchAnswer fetch(FetchRequest request) throws IOException;

    /** Makes a fetch that waits end at once with an exception; any thread. */
    void interrupt();

    @Override
    void close();

    /** Opens connections; the seam for tests and simulation. */
    interface Opener {

        /**
         * @throws IOException if the broker is not known, or cannot be reached in time
         */
        LeaderChannel open(int leaderId) throws IOException;
    }
}
