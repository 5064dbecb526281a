package io.headrace.standalone;

import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import java.time.Duration;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * Removes the ephemeral nodes that a killed platform left in its own ZooKeeper.
 *
 * <p>They would go by themselves when their sessions expire, and until then the new controller
 * would wait for the old one. Here nobody can own such a session any more: the data folder is
 * locked by this process, and no service of it has connected yet.
 */
final class DeadSessions {

    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CONNECT_WAIT = Duration.ofSeconds(15);
    private static final List<String> PARENTS =
            List.of(ZkPaths.CONTROLLER_LATCH, ZkPaths.BROKERS, ZkPaths.ADMINS, ZkPaths.GATEWAYS);

    private DeadSessions() {}

    static void remove(String connectString) throws Exception {
        try (CuratorFramework client =
                ZkConnection.connect(connectString, SESSION_TIMEOUT, CONNECT_WAIT)) {
            for (String parent : PARENTS) {
                if (client.checkExists().forPath(parent) != null) {
                    for (String child : client.getChildren().forPath(parent)) {
                        removeIfEphemeral(client, parent + "/" + child);
                    }
                }
            }
        }
    }

    private static void removeIfEphemeral(CuratorFramework client, String path) throws Exception {
        Stat stat = client.checkExists().forPath(path);
        if (stat == null || stat.getEphemeralOwner() == 0) {
            return;
        }
        try {
            client.delete().forPath(path);
        } catch (KeeperException.NoNodeException e) {
            return; // its session expired in between
        }
    }
}
