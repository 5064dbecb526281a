package io.headrace.model.coordination;

import java.time.Duration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.BoundedExponentialBackoffRetry;

/** How every service connects to ZooKeeper: one client, bounded retries. */
public final class ZkConnection {

    private static final int RETRY_BASE_MS = 100;
    private static final int RETRY_MAX_MS = 2_000;
    private static final int RETRY_COUNT_MAX = 10;

    private ZkConnection() {}

    /**
     * Connects and waits for the connection.
     *
     * @param connectString {@code host:port,host:port/chroot}
     * @param sessionTimeout after which ZooKeeper drops the ephemeral nodes of a dead process
     * @param connectTimeout how long to wait
     * @return a started client; the caller closes it
     * @throws ZkUnreachableException if ZooKeeper does not answer in time
     */
    public static CuratorFramework connect(
            String connectString, Duration sessionTimeout, Duration connectTimeout)
            throws InterruptedException {
        CuratorFramework client =
                CuratorFrameworkFactory.builder()
                        .connectString(connectString)
                        .sessionTimeoutMs((int) sessionTimeout.toMillis())
                        .connectionTimeoutMs((int) connectTimeout.toMillis())
                        .zookeeperFactory(new LastingSession())
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
