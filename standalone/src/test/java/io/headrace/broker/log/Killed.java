package io.headrace.broker.log;

import java.io.IOException;

/** What becomes of the log directory of a process that is killed. */
public final class Killed {

    private Killed() {}

    /** Files stay as the page cache has them; only the lock goes. */
    public static void process(LogDirectory directory) throws IOException {
        directory.abandon();
    }
}
