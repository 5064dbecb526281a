package io.headrace.model.coordination;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.HostProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers that a connection tries, one after the other; sees what becomes of each try, and lets
 * none be made while {@link Silence} forbids it.
 *
 * <p>ZooKeeper's client asks for a server when the try before is over, and does not say how that
 * ended. It came about when the socket has another local address than before; it was not answered
 * when it lasted as long as the client waits for an answer. A server that closes at once is left
 * after little more than the second that the client sleeps before it connects: shorter waits than
 * {@link #CLOSED_NANOS} tell nothing, and count as an outage.
 *
 * <p>Owner: the client's sending thread; {@link #cut} is called when that has ended.
 */
final class AnsweringHosts implements HostProvider {

    private static final Logger LOG = LoggerFactory.getLogger(AnsweringHosts.class);

    private static final long CLOSED_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    /** What is known of the connection that uses these servers. */
    interface Client {
        /** Of the session; 0 before this connection was answered. */
        int grantedTimeoutMs();

        boolean hasSession();

        /** Of the last socket that was connected; another object for each. */
        @Nullable SocketAddress localAddress();
    }

    private final HostProvider hosts;
    private final int sessionTimeoutMs;
    private final Silence silence;
    private volatile @Nullable Client client;
    private volatile @Nullable Try current;

    private record Try(long beganNanos, @Nullable SocketAddress addressBefore) {}

    AnsweringHosts(HostProvider hosts, int sessionTimeoutMs, Silence silence) {
        this.hosts = hosts;
        this.sessionTimeoutMs = sessionTimeoutMs;
        this.silence = silence;
    }

    void serve(Client user) {
        client = user;
    }

    @Override
    public int size() {
        return hosts.size();
    }

    /**
     * @throws IllegalStateException while no connection may be made; after the delay. The client
     *     takes it for a try that failed
     */
    @Override
    public InetSocketAddress next(long spinDelayMs) {
        judge();
        long pause = silence.pauseNanos();
        if (pause > 0) {
            sleep(Math.min(TimeUnit.MILLISECONDS.toNanos(spinDelayMs), pause));
            throw new IllegalStateException(
                    "no connection for "
                            + TimeUnit.NANOSECONDS.toMillis(pause)
                            + " ms: ZooKeeper lets connect and says nothing, and may end the"
                            + " session");
        }
        InetSocketAddress host = hosts.next(spinDelayMs);
        current = new Try(silence.nanoTime(), localAddress());
        return host;
    }

    @Override
    public void onConnected() {
        current = null;
        silence.end();
        hosts.onConnected();
    }

    @Override
    public boolean updateServerList(
            Collection<InetSocketAddress> servers, InetSocketAddress currentHost) {
        return hosts.updateServerList(servers, currentHost);
    }

    /** The connection was given up while it tried; that was not the servers' doing. */
    void cut() {
        Try tried = current;
        if (tried != null && wasSilent(tried)) {
            judge();
        }
    }

    private void judge() {
        Try tried = current;
        current = null;
        Client user = client;
        if (tried == null) {
            return;
        }
        if (user == null || !user.hasSession() || !wasSilent(tried)) {
            silence.end();
            return;
        }
        int timeoutMs = Math.max(sessionTimeoutMs, user.grantedTimeoutMs());
        if (silence.met(tried.beganNanos(), timeoutMs, size())) {
            LOG.warn(
                    "ZooKeeper lets this process connect and answers nothing. No connection for {}"
                            + " ms, so that it can end the session and others take over",
                    TimeUnit.NANOSECONDS.toMillis(silence.pauseNanos()));
        }
    }

    @SuppressWarnings("ReferenceEquality") // a port may be used again
    private boolean wasSilent(Try tried) {
        Client user = client;
        if (user == null) {
            return false;
        }
        SocketAddress now = user.localAddress();
        int granted = user.grantedTimeoutMs();
        int waitMs = (granted == 0 ? sessionTimeoutMs : granted) / size();
        long waitNanos = TimeUnit.MILLISECONDS.toNanos(waitMs);
        return now != null
                && now != tried.addressBefore()
                && silence.nanoTime() - tried.beganNanos() >= Math.max(waitNanos, CLOSED_NANOS);
    }

    private @Nullable SocketAddress localAddress() {
        Client user = client;
        return user == null ? null : user.localAddress();
    }

    private static void sleep(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
