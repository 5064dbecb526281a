package io.headrace.admin.controller;

import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.ControllerNode;
import io.headrace.model.coordination.ZkPayloads.ServiceNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.curator.framework.state.ConnectionStateListener;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the {@link Controller} in and out of office.
 *
 * <p>The latch is only a hint. On winning it, the next controller epoch is taken by compare-and-set
 * on {@code /controller/epoch}; from then on every write of an older controller fails. SUSPENDED
 * and LOST end the term before anything else happens; after the connection is back the latch runs
 * again and a new epoch is taken.
 *
 * <p>Owner: the thread {@code controller-election}; the lock guards latch and round. A round is
 * what the latch said last: work begun in an older round is dropped.
 */
public final class ControllerElection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerElection.class);
    private static final long RETRY_MS = 200;
    private static final Duration IMAGE_WAIT = Duration.ofSeconds(10);

    private final CuratorFramework client;
    private final String adminId;
    private final ClusterStore store;
    private final ClusterView view;
    private final Controller controller;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("controller-election").factory());
    private final ConnectionStateListener connectionListener = this::connectionChanged;
    private final Object lock = new Object();
    private Optional<LeaderLatch> latch = Optional.empty();
    private long round;

    public ControllerElection(
            CuratorFramework client,
            String adminId,
            ClusterStore store,
            ClusterView view,
            Controller controller) {
        this.client = client;
        this.adminId = adminId;
        this.store = store;
        this.view = view;
        this.controller = controller;
    }

    /** Enters the election. */
    public void start() throws Exception {
        client.getConnectionStateListenable().addListener(connectionListener);
        enter();
    }

    /** Leaves the election and enters it again, behind the others. */
    public void again() {
        execute(
                () -> {
                    leave("it enters the election again");
                    enter();
                });
    }

    /**
     * The controller's process is known to be dead: ends what its session still holds, so that the
     * next one follows without waiting for that session's end. Never blocks.
     */
    public void controllerGone(String goneId, String url) {
        execute(
                () -> {
                    try {
                        endSessionOf(goneId, url);
                    } catch (KeeperException.NoNodeException
                            | KeeperException.BadVersionException e) {
                        LOG.atDebug().setCause(e).log("Another instance was faster");
                    }
                });
    }

    private void endSessionOf(String goneId, String url) throws Exception {
        ZooKeeper zooKeeper = client.getZookeeperClient().getZooKeeper();
        String admin = ZkPaths.admin(goneId);
        Stat stat = new Stat();
        byte[] bytes = zooKeeper.getData(admin, false, stat);
        if (!ZkPayloads.decode(admin, bytes, ServiceNode.class).url().equals(url)) {
            return; // started again, elsewhere
        }
        for (String name : zooKeeper.getChildren(ZkPaths.CONTROLLER_LATCH, false)) {
            String path = ZkPaths.CONTROLLER_LATCH + "/" + name;
            Stat entry = zooKeeper.exists(path, false);
            if (entry != null && entry.getEphemeralOwner() == stat.getEphemeralOwner()) {
                zooKeeper.delete(path, entry.getVersion());
            }
        }
        zooKeeper.delete(admin, stat.getVersion());
    }

    @Override
    public void close() {
        client.getConnectionStateListenable().removeListener(connectionListener);
        leave("it stops");
        thread.shutdownNow();
    }

    private void enter() throws Exception {
        LeaderLatch fresh = new LeaderLatch(client, ZkPaths.CONTROLLER_LATCH, adminId);
        fresh.addListener(
                new LeaderLatchListener() {
                    @Override
                    public void isLeader() {
                        won();
                    }

                    @Override
                    public void notLeader() {
                        lost("it lost the latch");
                    }
                });
        synchronized (lock) {
            latch = Optional.of(fresh);
        }
        fresh.start();
    }

    private void leave(String why) {
        Optional<LeaderLatch> old;
        synchronized (lock) {
            old = latch;
            latch = Optional.empty();
        }
        lost(why);
        if (old.isPresent()) {
            try {
                old.get().close();
            } catch (IOException e) {
                LOG.atWarn().setCause(e).log("The latch did not close; it goes with the session");
            }
        }
    }

    private void connectionChanged(CuratorFramework from, ConnectionState state) {
        if (state == ConnectionState.SUSPENDED || state == ConnectionState.LOST) {
            lost("the connection to ZooKeeper is " + state);
        }
    }

    private void won() {
        long mine;
        synchronized (lock) {
            mine = ++round;
        }
        execute(() -> takeOffice(mine));
    }

    private void lost(String why) {
        synchronized (lock) {
            round++;
            controller.end(why);
        }
    }

    private boolean isCurrent(long mine) {
        synchronized (lock) {
            return mine == round;
        }
    }

    private void takeOffice(long mine) {
        if (!isCurrent(mine)) {
            return;
        }
        try {
            Term term = takeEpoch();
            view.await(image -> image.controllerEpoch() >= term.epoch(), IMAGE_WAIT);
            Remembered remembered = store.rememberedBrokers();
            synchronized (lock) {
                if (mine == round) {
                    controller.begin(term, remembered);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            LOG.atWarn().setCause(e).log("Could not take the controller epoch; trying again");
            retry(mine);
        }
    }

    /** Retries last only as long as the latch says that this instance leads. */
    private void retry(long mine) {
        try {
            var _ = thread.schedule(() -> takeOffice(mine), RETRY_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("The election is closing");
        }
    }

    private Term takeEpoch() throws Exception {
        ZooKeeper zooKeeper = client.getZookeeperClient().getZooKeeper();
        String path = ZkPaths.CONTROLLER_EPOCH;
        Stat stat = new Stat();
        try {
            byte[] bytes = zooKeeper.getData(path, false, stat);
            int epoch = ZkPayloads.decode(path, bytes, ControllerNode.class).epoch() + 1;
            byte[] next = ZkPayloads.encode(new ControllerNode(epoch, adminId));
            return new Term(epoch, zooKeeper.setData(path, next, stat.getVersion()).getVersion());
        } catch (KeeperException.NoNodeException e) {
            byte[] first = ZkPayloads.encode(new ControllerNode(1, adminId));
            zooKeeper.create(path, first, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
            return new Term(1, 0);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private void execute(Work work) {
        try {
            thread.execute(
                    () -> {
                        try {
                            work.run();
                        } catch (Exception e) {
                            LOG.atError().setCause(e).log("The controller election failed");
                        }
                    });
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("The election is closing");
        }
    }
}
