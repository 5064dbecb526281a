package io.headrace.model.coordination;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.nodes.PersistentNode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * The own ephemeral node of a broker, admin-service or gateway: comes back by itself after a lost
 * session, goes at close.
 *
 * <p>A node that an earlier process of the same id left behind (its session has not expired yet) is
 * removed first, so that a restart need not wait for the expiry.
 */
public final class Registration implements Closeable {

    private final CuratorFramework client;
    private final PersistentNode node;
    private final String path;

    private Registration(CuratorFramework client, PersistentNode node, String path) {
        this.client = client;
        this.node = node;
        this.path = path;
    }

    /**
     * Registers and waits until the node is there.
     *
     * @throws IllegalStateException if it is not within the wait
     */
    public static Registration register(
            CuratorFramework client, String path, Record payload, Duration wait) throws Exception {
        removeLeftover(client, path);
        PersistentNode node =
                new PersistentNode(
                        client, CreateMode.EPHEMERAL, false, path, ZkPayloads.encode(payload));
        node.start();
        if (!node.waitForInitialCreate(wait.toMillis(), TimeUnit.MILLISECONDS)) {
            node.close();
            throw new IllegalStateException(
                    "could not register at " + path + " within " + wait.toMillis() + " ms");
        }
        return new Registration(client, node, path);
    }

    private static void removeLeftover(CuratorFramework client, String path) throws Exception {
        Stat stat = client.checkExists().forPath(path);
        if (stat != null
                && stat.getEphemeralOwner()
                        != client.getZookeeperClient().getZooKeeper().getSessionId()) {
            try {
                client.delete().withVersion(stat.getVersion()).forPath(path);
            } catch (KeeperException.NoNodeException e) {
                // It expired in between, which is what we wanted.
                return;
            }
        }
    }

    /** Replaces what the node says. */
    public void update(Record payload) throws Exception {
        node.setData(ZkPayloads.encode(payload));
    }

    /**
     * The czxid of the node: grows with every registration; for a broker this is its broker epoch.
     */
    public long epoch() throws Exception {
        Stat stat = client.checkExists().forPath(path);
        if (stat == null) {
            throw new IllegalStateException("not registered at " + path);
        }
        return stat.getCzxid();
    }

    @Override
    public void close() throws IOException {
        node.close();
    }
}
