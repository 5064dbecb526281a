package io.headrace.model.coordination;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.utils.ZookeeperFactory;
import org.apache.zookeeper.Testable;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.jspecify.annotations.Nullable;

/**
 * Lets only ZooKeeper end a session. Curator gives a connection up by itself when it was away for
 * as long as the session lasts, and ZooKeeper's client after four thirds of that; the next
 * connection then asks for the same session. After an outage of ZooKeeper, which counts the life of
 * sessions anew, everybody is registered as before, and nobody has to be elected. A session that
 * ZooKeeper has ended is refused at once, and followed by a new one.
 *
 * <p>Who is heard by ZooKeeper and does not hear it stops connecting, so that ZooKeeper can end the
 * session: {@link Silence}.
 *
 * <p>Owner: one client; Curator makes one connection at a time.
 */
final class LastingSession implements ZookeeperFactory {

    /**
     * Followers of ZooKeeper notice within syncLimit x tickTime, 10 s, that their leader is gone.
     */
    private static final Duration SILENT_MIN = Duration.ofSeconds(15);

    private final Silence silence;
    private @Nullable Connection last;

    LastingSession() {
        this(SILENT_MIN);
    }

    LastingSession(Duration silentMin) {
        this.silence = new Silence(silentMin.toNanos(), System::nanoTime);
    }

    @Override
    public synchronized ZooKeeper newZooKeeper(
            String connectString, int sessionTimeoutMs, Watcher watcher, boolean canBeReadOnly)
            throws Exception {
        Connection before = last;
        if (before != null) {
            before.hosts.cut();
        }
        AnsweringHosts hosts = hosts(connectString, sessionTimeoutMs);
        Connection next =
                before == null || before.getSessionId() == 0 || before.isRefused()
                        ? new Connection(connectString, sessionTimeoutMs, new Noted(watcher), hosts)
                        : new Connection(
                                connectString, sessionTimeoutMs, new Noted(watcher), hosts, before);
        last = next;
        return next;
    }

    private AnsweringHosts hosts(String connectString, int sessionTimeoutMs) {
        ConnectStringParser servers = new ConnectStringParser(connectString);
        return new AnsweringHosts(
                new StaticHostProvider(servers.getServerAddresses()), sessionTimeoutMs, silence);
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
    private static final class Connection extends ZooKeeper implements AnsweringHosts.Client {

        private final Noted noted;
        private final AnsweringHosts hosts;
        private final boolean isResumed;
        private final long dueNs;
        private volatile boolean isGivenUp;

        Connection(String connectString, int sessionTimeoutMs, Noted noted, AnsweringHosts hosts)
                throws IOException {
            super(connectString, sessionTimeoutMs, noted, false, hosts);
            this.noted = noted;
            this.hosts = hosts;
            this.isResumed = false;
            this.dueNs = dueNs(sessionTimeoutMs);
            hosts.serve(this);
        }

        Connection(
                String connectString,
                int sessionTimeoutMs,
                Noted noted,
                AnsweringHosts hosts,
                Connection before)
                throws IOException {
            super(
                    connectString,
                    sessionTimeoutMs,
                    noted,
                    before.getSessionId(),
                    before.getSessionPasswd(),
                    false,
                    hosts);
            this.noted = noted;
            this.hosts = hosts;
            this.isResumed = true;
            this.dueNs = dueNs(sessionTimeoutMs);
            hosts.serve(this);
        }

        private static long dueNs(int sessionTimeoutMs) {
            return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(sessionTimeoutMs);
        }

        @Override
        public int grantedTimeoutMs() {
            return getSessionTimeout();
        }

        @Override
        public boolean hasSession() {
            return getSessionId() != 0;
        }

        @Override
        public @Nullable SocketAddress localAddress() {
            return testableLocalSocketAddress();
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
