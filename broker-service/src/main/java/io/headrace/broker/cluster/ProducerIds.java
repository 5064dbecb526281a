package io.headrace.broker.cluster;

import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.ProducerIdsNode;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;

/**
 * Hands out producer ids that no other broker hands out, in blocks of {@value #BLOCK} claimed in
 * ZooKeeper by compare-and-set. What is left of a block at a restart is never used.
 *
 * <p>Owner: any thread that may wait for ZooKeeper, under {@code lock}.
 */
public final class ProducerIds {

    static final int BLOCK = 1_000;
    private static final int ATTEMPTS_MAX = 50;

    private final CuratorFramework client;
    private final ReentrantLock lock = new ReentrantLock();
    private long next;
    private long end;

    ProducerIds(CuratorFramework client) {
        this.client = client;
    }

    /**
     * @throws ProducerIdsUnavailableException if ZooKeeper does not give a block
     */
    public long take() {
        lock.lock();
        try {
            if (next == end) {
                next = claim();
                end = next + BLOCK;
            }
            return next++;
        } finally {
            lock.unlock();
        }
    }

    private long claim() {
        try {
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                long claimed = tryClaim();
                if (claimed >= 0) {
                    return claimed;
                }
            }
            throw new ProducerIdsUnavailableException("other brokers were faster every time", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProducerIdsUnavailableException("interrupted", e);
        } catch (ProducerIdsUnavailableException e) {
            throw e;
        } catch (Exception e) {
            throw new ProducerIdsUnavailableException("ZooKeeper gives no producer ids: " + e, e);
        }
    }

    /**
     * @return -1 when another broker was faster
     */
    private long tryClaim() throws Exception {
        Stat stat = new Stat();
        try {
            byte[] bytes = client.getData().storingStatIn(stat).forPath(ZkPaths.PRODUCER_IDS);
            ProducerIdsNode node =
                    ZkPayloads.decode(ZkPaths.PRODUCER_IDS, bytes, ProducerIdsNode.class);
            client.setData()
                    .withVersion(stat.getVersion())
                    .forPath(
                            ZkPaths.PRODUCER_IDS,
                            ZkPayloads.encode(new ProducerIdsNode(node.next() + BLOCK)));
            return node.next();
        } catch (KeeperException.NoNodeException e) {
            return createFirst();
        } catch (KeeperException.BadVersionException e) {
            return -1;
        }
    }

    private long createFirst() throws Exception {
        try {
            client.create()
                    .forPath(ZkPaths.PRODUCER_IDS, ZkPayloads.encode(new ProducerIdsNode(BLOCK)));
            return 0;
        } catch (KeeperException.NodeExistsException e) {
            return -1;
        }
    }
}
