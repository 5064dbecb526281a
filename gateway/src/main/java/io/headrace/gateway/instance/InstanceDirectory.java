package io.headrace.gateway.instance;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.ConsumerNode;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which gateway holds which consumer instance: one ephemeral node each, so that of two gateways
 * that create the same name one wins, and the nodes of a dead gateway go with its session.
 *
 * <p>Any thread; what asks ZooKeeper blocks.
 */
public final class InstanceDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceDirectory.class);
    private static final int RESTORE_ATTEMPTS = 5;

    private final CuratorFramework zooKeeper;
    private final ClusterWatch watch;
    private volatile @Nullable ConsumerNode self;

    public InstanceDirectory(CuratorFramework zooKeeper, ClusterWatch watch) {
        this.zooKeeper = zooKeeper;
        this.watch = watch;
    }

    /** Says who this gateway is, as soon as it listens. */
    public void openAs(String gatewayId, String url) {
        self = new ConsumerNode(gatewayId, url);
    }

    private ConsumerNode self() {
        ConsumerNode node = self;
        if (node == null) {
            throw HttpFailure.unavailable(50302, "The gateway starts.");
        }
        return node;
    }

    String gatewayId() {
        return self().gatewayId();
    }

    /** Claims the name for this gateway; false if somebody has it. */
    boolean claim(InstanceKey key) {
        ConsumerNode node = self();
        try {
            zooKeeper
                    .create()
                    .creatingParentsIfNeeded()
                    .withMode(CreateMode.EPHEMERAL)
                    .forPath(key.path(), ZkPayloads.encode(node));
            return true;
        } catch (KeeperException.NodeExistsException e) {
            return isLeftover(key, node) && claimAgain(key, node);
        } catch (Exception e) {
            throw unreachable(e);
        }
    }

    /** A node of this gateway's id and of another session: of the process before this one. */
    private boolean isLeftover(InstanceKey key, ConsumerNode node) {
        try {
            Stat stat = new Stat();
            byte[] data = zooKeeper.getData().storingStatIn(stat).forPath(key.path());
            long session = zooKeeper.getZookeeperClient().getZooKeeper().getSessionId();
            return stat.getEphemeralOwner() != session
                    && ZkPayloads.decode(key.path(), data, ConsumerNode.class)
                            .gatewayId()
                            .equals(node.gatewayId());
        } catch (KeeperException.NoNodeException e) {
            return true;
        } catch (Exception e) {
            throw unreachable(e);
        }
    }

    private boolean claimAgain(InstanceKey key, ConsumerNode node) {
        release(key);
        try {
            zooKeeper
                    .create()
                    .withMode(CreateMode.EPHEMERAL)
                    .forPath(key.path(), ZkPayloads.encode(node));
            return true;
        } catch (KeeperException.NodeExistsException e) {
            return false;
        } catch (Exception e) {
            throw unreachable(e);
        }
    }

    void release(InstanceKey key) {
        try {
            zooKeeper.delete().guaranteed().forPath(key.path());
        } catch (KeeperException.NoNodeException e) {
            LOG.atDebug().addKeyValue("path", key.path()).log("The node was gone already");
        } catch (Exception e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("path", key.path())
                    .log("A consumer instance's node goes later, when ZooKeeper answers again");
        }
    }

    /** Whether another gateway holds it, as far as is known here; does not block. */
    Optional<ConsumerNode> seenElsewhere(InstanceKey key) {
        return watch.seen(key.path()).flatMap(data -> elsewhere(key, data));
    }

    /** The same, from ZooKeeper itself. */
    Optional<ConsumerNode> foundElsewhere(InstanceKey key) {
        try {
            return elsewhere(key, zooKeeper.getData().forPath(key.path()));
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw unreachable(e);
        }
    }

    private Optional<ConsumerNode> elsewhere(InstanceKey key, byte[] data) {
        ConsumerNode node = ZkPayloads.decode(key.path(), data, ConsumerNode.class);
        return Optional.of(node).filter(owner -> !owner.gatewayId().equals(self().gatewayId()));
    }

    /**
     * Claims everything again after a lost session.
     *
     * @param held what this gateway holds
     * @param lost is told what another gateway has claimed meanwhile
     */
    void restoreAfterLoss(Supplier<Collection<InstanceKey>> held, Consumer<InstanceKey> lost) {
        zooKeeper
                .getConnectionStateListenable()
                .addListener(
                        (client, state) -> {
                            if (state == ConnectionState.RECONNECTED) {
                                Thread.ofVirtual()
                                        .name("instance-restore")
                                        .start(() -> restore(held, lost));
                            }
                        });
    }

    private void restore(Supplier<Collection<InstanceKey>> held, Consumer<InstanceKey> lost) {
        for (int attempt = 1; attempt <= RESTORE_ATTEMPTS; attempt++) {
            try {
                long session = zooKeeper.getZookeeperClient().getZooKeeper().getSessionId();
                int count = 0;
                for (InstanceKey key : held.get()) {
                    Stat stat = zooKeeper.checkExists().forPath(key.path());
                    if (stat != null && stat.getEphemeralOwner() == session) {
                        continue;
                    }
                    if (claim(key)) {
                        count++;
                    } else {
                        lost.accept(key);
                    }
                }
                LOG.atInfo()
                        .addKeyValue("count", count)
                        .log("Consumer instances are registered again");
                return;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                LOG.atWarn()
                        .addKeyValue("attempt", attempt)
                        .addKeyValue("error", Objects.toString(e))
                        .log("Consumer instances could not be registered again yet");
            }
        }
    }

    private static HttpFailure unreachable(Exception cause) {
        if (cause instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        LOG.atWarn().setCause(cause).log("ZooKeeper did not answer");
        return HttpFailure.unavailable(50302, "ZooKeeper does not answer at the moment.");
    }
}
