package io.headrace.admin.controller;

import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.ClusterNode;
import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** Creates what every cluster has once: its id and the parents of all other nodes. */
public final class ClusterLayout {

    private static final int FORMAT_VERSION = 1;
    private static final List<String> PARENTS =
            List.of(
                    ZkPaths.BROKERS,
                    ZkPaths.ADMINS,
                    ZkPaths.GATEWAYS,
                    ZkPaths.CONTROLLER,
                    ZkPaths.TOPICS,
                    ZkPaths.STATES,
                    ZkPaths.CORDONED,
                    ZkPaths.BROKER_CONFIGS,
                    ZkPaths.DELETIONS);

    private ClusterLayout() {}

    /**
     * Makes sure that the layout is there; any number of instances may do so at once.
     *
     * @param expectedId the configured cluster id, if there is one; a new cluster gets it
     * @return the cluster id
     * @throws WrongClusterException if the cluster has another id or a newer format
     */
    public static String ensure(
            CuratorFramework client, Optional<String> expectedId, RandomGenerator random)
            throws Exception {
        for (String parent : PARENTS) {
            create(client, parent, new byte[0]);
        }
        String id =
                expectedId.orElseGet(
                        () -> new TopicId(random.nextLong(), random.nextLong()).toString());
        create(client, ZkPaths.CLUSTER, ZkPayloads.encode(new ClusterNode(id, FORMAT_VERSION)));
        ClusterNode cluster =
                ZkPayloads.decode(
                        ZkPaths.CLUSTER,
                        client.getData().forPath(ZkPaths.CLUSTER),
                        ClusterNode.class);
        if (cluster.formatVersion() > FORMAT_VERSION) {
            throw new WrongClusterException(
                    "The cluster in ZooKeeper has format version "
                            + cluster.formatVersion()
                            + ", newer than this software knows; start a newer version.");
        }
        if (expectedId.isPresent() && !expectedId.get().equals(cluster.clusterId())) {
            throw new WrongClusterException(
                    "headrace.cluster.id is '"
                            + expectedId.get()
                            + "', but ZooKeeper holds the cluster '"
                            + cluster.clusterId()
                            + "': correct headrace.cluster.id or headrace.zookeeper.connect.");
        }
        return cluster.clusterId();
    }

    private static void create(CuratorFramework client, String path, byte[] data) throws Exception {
        if (client.checkExists().forPath(path) != null) {
            return;
        }
        try {
            client.create().creatingParentsIfNeeded().forPath(path, data);
        } catch (KeeperException.NodeExistsException e) {
            // Another instance was faster; that is as good.
            return;
        }
    }
}
