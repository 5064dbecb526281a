package io.headrace.model.coordination;

import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How every service connects to ZooKeeper: one client, bounded retries. */
public final class ZkConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ZkConnection.class);
    private static final int RETRY_BASE_MS = 100;
    private static final int RETRY_MAX_MS = 2_000;
    private static final int RETRY_COUNT_MAX = 10;

    private ZkConnection() {}

    /**
     * Connects and waits for the connection. Makes the chroot when it is missing.
     *
     * @param connectString {@code host:port,host:port/chroot}
     * @param sessionTimeout after which ZooKeeper drops the ephemeral nodes of a dead process
     * @param connectTimeout how long to wait
     * @return a started client; the caller closes it
     * @throws ZkUnreachableException if ZooKeeper does not answer in time
     * @throws IllegalStateException if the chroot is missing and cannot be made
     */
    public static CuratorFramework connect(
            String connectString, Duration sessionTimeout, Duration connectTimeout)
            throws InterruptedException {
        CuratorFramework client = connected(connectString, sessionTimeout, connectTimeout);
        try {
            makeChroot(client, connectString, sessionTimeout, connectTimeout);
        } catch (Exception e) {
            client.close();
            throw e;
        }
        return client;
    }

    /** A client below a chroot cannot make it. */
    private static void makeChroot(
            CuratorFramework client,
            String connectString,
            Duration sessionTimeout,
            Duration connectTimeout)
            throws InterruptedException {
        int slash = connectString.indexOf('/');
        String chroot = slash < 0 ? "/" : connectString.substring(slash);
        try {
            if (chroot.equals("/") || client.checkExists().forPath("/") != null) {
                return;
            }
            try (CuratorFramework root =
                    connected(connectString.substring(0, slash), sessionTimeout, connectTimeout)) {
                var _ =
                        root.create()
                                .orSetData()
                                .creatingParentsIfNeeded()
                                .forPath(chroot, new byte[0]);
                LOG.info("Made {} in ZooKeeper", chroot);
            }
        } catch (InterruptedException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(
                    chroot + " is not in ZooKeeper, and cannot be made: " + e.getMessage(), e);
        }
    }

    private static CuratorFramework connected(
            String connectString, Duration sessionTimeout, Duration connectTimeout)
            throws InterruptedException {
        return connected(connectString, sessionTimeout, connectTimeout, new LastingSession());
    }

    static CuratorFramework connected(
            String connectString,
            Duration sessionTimeout,
            Duration connectTimeout,
            LastingSession session)
            throws InterruptedException {
        CuratorFramework client =
                CuratorFrameworkFactory.builder()
                        .connectString(connectString)
                        .sessionTimeoutMs((int) sessionTimeout.toMillis())
                        .connectionTimeoutMs((int) connectTimeout.toMillis())
                        .zookeeperFactory(session)
                        .retryPolicy(
                                new BoundedExponentialBackoffRetry(
                                        RETRY_BASE_MS, RETRY_MAX_MS, RETRY_COUNT_MAX))
                        .build();
        client.start();
        boolean connected = false;
        try {
            connected =
                    client.blockUntilConnected(
                            (int) connectTimeout.toMillis(),
                            java.util.concurrent.TimeUnit.MILLISECONDS);
        } finally {
            if (!connected) {
                client.close();
            }
        }
        if (!connected) {
            throw new ZkUnreachableException(connectString, connectTimeout);
        }
        return client;
    }
}
