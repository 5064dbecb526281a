package io.headrace.model.coordination;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.Testable;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;

/**
 * Lets only ZooKeeper end a session. Curator gives a connection up by itself when it was away for
 * as long as the session lasts, and ZooKeeper's client after four thirds of that; the next
 * connection then asks for the same session. After an outage of ZooKeeper, which counts the life of
 * sessions anew, everybody is registered as before, and nobody has to be elected. A session that
 * ZooKeeper has ended is refused at once, and followed by a new one.
 *
 * <p>Owner: one client; Curator makes one connection at a time.
 */
final class LastingSession implements ZookeeperFactory {

    private @Nullable Connection last;

    @Override
    public synchronized ZooKeeper newZooKeeper(
            String connectString, int sessionTimeoutMs, Watcher watcher, boolean canBeReadOnly)
            throws Exception {
        Connection before = last;
        Connection next =
                before == null || before.getSessionId() == 0 || before.isRefused()
                        ? new Connection(connectString, sessionTimeoutMs, new Noted(watcher))
                        : new Connection(
                                connectString, sessionTimeoutMs, new Noted(watcher), before);
        last = next;
        return next;
    }

    @Override
    public ZooKeeper newZooKeeper(
            String connectString,
            int sessionTimeoutMs,
            Watcher watcher,
            boolean canBeReadOnly,
            ZKClientConfig config)
            throws Exception {
        return newZooKeeper(connectString, sessionTimeoutMs, watcher, canBeReadOnly);
    }

    /** Remembers what its own connection was told: Curator mixes them up. */
    private static final class Noted implements Watcher {

        private final Watcher watcher;
        private volatile boolean wasConnected;
        private volatile boolean isExpired;

        Noted(Watcher watcher) {
            this.watcher = watcher;
        }

        @Override
        public void process(WatchedEvent event) {
            if (event.getState() == KeeperState.SyncConnected) {
                wasConnected = true;
            } else if (event.getState() == KeeperState.Expired) {
                isExpired = true;
            }
            watcher.process(event);
        }
    }

    @SuppressWarnings("try") // its close() may be interrupted, which nobody here calls
    private static final class Connection extends ZooKeeper {

        private final Noted noted;
        private final boolean isResumed;
        private final long dueNs;
        private volatile boolean isGivenUp;

        Connection(String connectString, int sessionTimeoutMs, Noted noted) throws IOException {
            super(connectString, sessionTimeoutMs, noted);
            this.noted = noted;
            this.isResumed = false;
            this.dueNs = dueNs(sessionTimeoutMs);
        }

        Connection(String connectString, int sessionTimeoutMs, Noted noted, Connection before)
                throws IOException {
            super(
                    connectString,
                    sessionTimeoutMs,
                    noted,
                    before.getSessionId(),
                    before.getSessionPasswd());
            this.noted = noted;
            this.isResumed = true;
            this.dueNs = dueNs(sessionTimeoutMs);
        }

        private static long dueNs(int sessionTimeoutMs) {
            return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(sessionTimeoutMs);
        }

        /** The way by which Curator gives a connection up. */
        @Override
        public Testable getTestable() {
            isGivenUp = true;
            return super.getTestable();
        }

        /**
         * It ended before this side could lose its patience, so it was ZooKeeper's word. Curator
         * also replaces a connection that it has just made: when two have given up the one before,
         * and when it was about to do so itself.
         */
        boolean isRefused() {
            return isResumed
                    && noted.isExpired
                    && !noted.wasConnected
                    && !isGivenUp
                    && System.nanoTime() < dueNs;
        }
    }
}
