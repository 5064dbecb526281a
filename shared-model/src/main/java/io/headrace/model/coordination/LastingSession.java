package io.headrace.model.coordination;

import java.io.IOException;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.Testable;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;

/**
 * Lets only ZooKeeper end a session. Curator gives a connection up by itself when it was away for
 * as long as the session lasts; the next connection then goes on with the same session. After an
 * outage of ZooKeeper, which counts the life of sessions anew, everybody is registered as before,
 * and nobody has to be elected. A session that ZooKeeper has ended is followed by a new one.
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
                before != null && before.isGivenUp && before.getSessionId() != 0
                        ? new Connection(connectString, sessionTimeoutMs, watcher, before)
                        : new Connection(connectString, sessionTimeoutMs, watcher);
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

    /** Notes when Curator, and not ZooKeeper, says that its session is over. */
    @SuppressWarnings("try") // its close() may be interrupted, which nobody here calls
    private static final class Connection extends ZooKeeper {

        private volatile boolean isGivenUp;

        Connection(String connectString, int sessionTimeoutMs, Watcher watcher) throws IOException {
            super(connectString, sessionTimeoutMs, watcher);
        }

        Connection(String connectString, int sessionTimeoutMs, Watcher watcher, Connection before)
                throws IOException {
            super(
                    connectString,
                    sessionTimeoutMs,
                    watcher,
                    before.getSessionId(),
                    before.getSessionPasswd());
        }

        @Override
        public Testable getTestable() {
            Testable own = super.getTestable();
            return new Testable() {
                @Override
                public void injectSessionExpiration() {
                    isGivenUp = true;
                    own.injectSessionExpiration();
                }

                @Override
                public void queueEvent(WatchedEvent event) {
                    own.queueEvent(event);
                }

                @Override
                public void closeSocket() throws IOException {
                    own.closeSocket();
                }
            };
        }
    }
}
