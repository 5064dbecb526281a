package io.headrace.broker.cluster;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.state.ConnectionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker's ties to ZooKeeper: the watch that builds its image, and its own ephemeral node, which
 * comes back by itself after a lost session.
 *
 * <p>Every wait is bounded. While ZooKeeper is away the last image stays.
 */
public final class Membership implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    /**
     * How to reach ZooKeeper.
     *
     * @param connectString {@code host:port,host:port/chroot}
     * @param clusterWait how long to wait for an admin-service to create the cluster
     */
    public record Settings(
            String connectString,
            Duration sessionTimeout,
            Duration connectTimeout,
            Duration clusterWait) {}

    private final int brokerId;
    private final OwnStart start;
    private final Settings settings;
    private final CuratorFramework client;
    private final ClusterWatch watch;
    private final ProducerIds producerIds;
    private final IsrWriter isrWriter;
    private final LongAdder disconnects = new LongAdder();
    private volatile @Nullable Registration registration;
    private volatile @Nullable BrokerNode registered;

    private Membership(
            int brokerId, Settings settings, CuratorFramework client, ClusterWatch watch) {
        this.brokerId = brokerId;
        this.settings = settings;
        this.client = client;
        this.watch = watch;
        this.start = new OwnStart(brokerId, watch.image());
        watch.listen(start::isAdmitted);
        this.producerIds = new ProducerIds(client);
        this.isrWriter = new IsrWriter(client, watch::image);
        client.getConnectionStateListenable()
                .addListener(
                        (from, state) -> {
                            if (state == ConnectionState.SUSPENDED) {
                                disconnects.increment();
                            } else if (state == ConnectionState.LOST) {
                                sessionLost();
                            }
                        });
    }

    /**
     * Connects, and waits for a view of the cluster and for the cluster to have an id.
     *
     * @throws io.headrace.model.coordination.ZkUnreachableException if ZooKeeper does not answer
     * @throws ClusterNotReadyException if the cluster has no id within the wait
     */
    public static Membership connect(int brokerId, Settings settings) throws InterruptedException {
        CuratorFramework client =
                ZkConnection.connect(
                        settings.connectString(),
                        settings.sessionTimeout(),
                        settings.connectTimeout());
        ClusterWatch watch = null;
        boolean ready = false;
        try {
            watch = ClusterWatch.start(client, settings.connectTimeout());
            watch.await(image -> !image.clusterId().isEmpty(), settings.clusterWait());
            ready = true;
            return new Membership(brokerId, settings, client, watch);
        } catch (TimeoutException e) {
            throw new ClusterNotReadyException(
                    "ZooKeeper at "
                            + settings.connectString()
                            + " holds no cluster: "
                            + e.getMessage(),
                    e);
        } finally {
            if (!ready) {
                if (watch != null) {
                    watch.close();
                }
                client.close();
            }
        }
    }

    /** Where producer ids come from. */
    public ProducerIds producerIds() {
        return producerIds;
    }

    /** Where leaders say who is to be in sync. */
    public IsrChanges isrChanges() {
        return isrWriter;
    }

    /** The newest image. */
    public ClusterImage image() {
        return watch.image();
    }

    public String clusterId() {
        return watch.image().clusterId();
    }

    /** Calls the listener with the current image soon, and with every later one. */
    public void listen(Consumer<ClusterImage> listener) {
        watch.listen(listener);
    }

    /**
     * Registers this broker, or renews what its registration says.
     *
     * @throws DuplicateBrokerIdException if a broker at another address holds the id and stays
     */
    public void register(BrokerNode node) throws Exception {
        Registration known = registration;
        if (known != null) {
            registered = node;
            known.update(node);
            return;
        }
        waitForTheIdToBeFree(node);
        registered = node;
        registration =
                Registration.register(
                        client, ZkPaths.broker(brokerId), node, settings.connectTimeout());
        LOG.atInfo()
                .addKeyValue("brokerId", brokerId)
                .addKeyValue("httpUrl", node.httpUrl())
                .log("Registered");
    }

    /** Says in the registration that this broker asks to be relieved of its leaderships. */
    public void stopping() throws Exception {
        BrokerNode node = registered;
        if (node != null) {
            register(node.stop());
        }
    }

    /**
     * Waits for an image that satisfies the condition.
     *
     * @return false when none did in time
     */
    public boolean await(Predicate<ClusterImage> condition, Duration wait)
            throws InterruptedException {
        try {
            watch.await(condition, wait);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /**
     * The session is over, so the registration will be made anew. This process has lost nothing
     * since its first one, which proves it as a clean stop would.
     */
    private void sessionLost() {
        Registration known = registration;
        BrokerNode node = registered;
        OptionalLong epoch = start.firstEpoch();
        if (known == null
                || node == null
                || node.provenEpoch() != BrokerRegistration.NO_PROVEN_EPOCH
                || epoch.isEmpty()) {
            return;
        }
        try {
            register(node.proven(epoch.getAsLong()));
        } catch (Exception e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("brokerId", brokerId)
                    .log("The next registration does not prove that nothing was lost");
        }
    }

    /** Whether the controller has held the elections that the start of this broker asks for. */
    public boolean isAdmitted(ClusterImage image) {
        return start.isAdmitted(image);
    }

    /** Of the first registration of this process that an image has shown, also when it is gone. */
    public OptionalLong firstEpoch() {
        return start.firstEpoch();
    }

    /** Whether ZooKeeper answers; while it does not, what this broker leads goes on. */
    public boolean isConnected() {
        return client.getZookeeperClient().isConnected();
    }

    /** How often the connection to ZooKeeper was lost. */
    public long disconnects() {
        return disconnects.sum();
    }

    /** Whether the newest image shows this broker alive. */
    public boolean isRegistered() {
        return registration != null && watch.image().brokers().containsKey(brokerId);
    }

    /** Removes the own node; the image goes on. */
    public void deregister() throws IOException {
        Registration known = registration;
        registration = null;
        if (known != null) {
            known.close();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            deregister();
        } finally {
            isrWriter.close();
            watch.close();
            client.close();
        }
    }

    /** A node with our own address is what an earlier process of ours left behind. */
    private void waitForTheIdToBeFree(BrokerNode node) throws InterruptedException {
        try {
            watch.await(
                    image -> {
                        BrokerRegistration holder = image.brokers().get(brokerId);
                        return holder == null || holder.httpUrl().equals(node.httpUrl());
                    },
                    settings.sessionTimeout().plusSeconds(2));
        } catch (TimeoutException e) {
            throw new DuplicateBrokerIdException(
                    "broker id " + brokerId + " is held by a live broker at another address", e);
        }
    }
}
