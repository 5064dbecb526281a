package io.headrace.broker.cluster;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.RememberedBrokersNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what leaders want their in-sync replicas to be.
 *
 * <p>One read and one write per topic, however many of its partitions change. The write is valid
 * against the version of the states that was read; one that adds a replica is also valid only while
 * {@code /controller/brokers} is as it was when the replica's broker epoch was found in it, so that
 * it cannot slip past an election that removed the replica.
 *
 * <p>Owner: the thread {@code broker-isr-writer}, which has up to {@link #WRITERS} topics written
 * at once; wishes are left under {@code lock}. Bounds: one wish per partition. Errors: whatever
 * leaves the outcome open (connection lost, states older than known) is tried again with pauses
 * from {@link #RETRY_MIN_MS} to {@link #RETRY_MAX_MS}, after ZooKeeper's server has caught up,
 * until the states say what is so.
 */
public final class IsrWriter implements IsrChanges, Closeable {

    static final long RETRY_MIN_MS = 50;
    static final long RETRY_MAX_MS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(IsrWriter.class);
    private static final int ATTEMPTS_MAX = 5;
    private static final long STOP_WAIT_MS = 5_000;
    private static final int WRITERS = 8;

    private record Wish(IsrChange change, Consumer<IsrOutcome> then) {

        /** Wishes come after the unlock of their partition, so an older one may come later. */
        boolean isBefore(Wish other) {
            return change.leaderEpoch() < other.change.leaderEpoch()
                    || (change.leaderEpoch() == other.change.leaderEpoch()
                            && change.partitionEpoch() < other.change.partitionEpoch());
        }
    }

    /** What admits brokers, and the version that a write must check. */
    private record Admitted(int version, Map<Integer, Long> epochs) {}

    private final CuratorFramework client;
    private final Supplier<ClusterImage> image;
    private final ScheduledThreadPoolExecutor thread;
    private final ExecutorService writers;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<String, Map<Integer, Wish>> wishes = new LinkedHashMap<>();
    private boolean isPassDue;
    private int failedPasses;

    /** Whether ZooKeeper answers in the pass that runs. */
    private volatile boolean isReachable = true;

    /**
     * @param image the newest image: who lives, and who is stopping
     */
    public IsrWriter(CuratorFramework client, Supplier<ClusterImage> image) {
        this.client = client;
        this.image = image;
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("broker-isr-writer").factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.writers =
                Executors.newFixedThreadPool(
                        WRITERS, Thread.ofVirtual().name("broker-isr-writer-", 0).factory());
    }

    @Override
    public void submit(IsrChange change, Consumer<IsrOutcome> then) {
        lock.lock();
        try {
            wishes.computeIfAbsent(change.partition().topic(), topic -> new LinkedHashMap<>())
                    .merge(
                            change.partition().partition(),
                            new Wish(change, then),
                            (waiting, later) -> later.isBefore(waiting) ? waiting : later);
            plan(0);
        } finally {
            lock.unlock();
        }
    }

    /** Under the lock. */
    private void plan(long pauseMs) {
        if (isPassDue) {
            return;
        }
        try {
            var _ = thread.schedule(this::pass, pauseMs, TimeUnit.MILLISECONDS);
            isPassDue = true;
        } catch (RejectedExecutionException e) {
            LOG.debug("A change of in-sync replicas came after the writer was closed");
        }
    }

    private void pass() {
        Map<String, Map<Integer, Wish>> taken;
        lock.lock();
        try {
            isPassDue = false;
            taken = wishes;
            wishes = new LinkedHashMap<>();
        } finally {
            lock.unlock();
        }
        isReachable = true;
        Map<String, Map<Integer, Wish>> open = unsettled(taken);
        failedPasses = open.isEmpty() ? 0 : failedPasses + 1;
        if (!open.isEmpty()) {
            putBack(open);
        }
    }

    /** Some topics at once: a broker that dies takes its leave from the ISRs of all of them. */
    private Map<String, Map<Integer, Wish>> unsettled(Map<String, Map<Integer, Wish>> taken) {
        Map<String, Future<Boolean>> settled = new HashMap<>();
        taken.forEach(
                (topic, partitions) ->
                        settled.put(
                                topic,
                                writers.submit(() -> isReachable && isSettled(topic, partitions))));
        Map<String, Map<Integer, Wish>> open = new LinkedHashMap<>(taken);
        open.keySet().removeIf(topic -> isTrue(settled.get(topic)));
        return open;
    }

    private static boolean isTrue(@Nullable Future<Boolean> settled) {
        try {
            return settled != null && settled.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            LOG.atError().setCause(e).log("The writer of in-sync replicas failed over a topic");
            return false;
        }
    }

    private void putBack(Map<String, Map<Integer, Wish>> open) {
        lock.lock();
        try {
            open.forEach(
                    (topic, partitions) -> {
                        Map<Integer, Wish> newer =
                                wishes.computeIfAbsent(topic, name -> new LinkedHashMap<>());
                        partitions.forEach(newer::putIfAbsent);
                    });
            plan(Math.min(RETRY_MAX_MS, RETRY_MIN_MS << Math.min(failedPasses - 1, 8)));
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return false when the outcome is open
     */
    private boolean isSettled(String topic, Map<Integer, Wish> partitions) {
        try {
            if (failedPasses > 0) {
                client.sync().forPath(ZkPaths.states(topic));
            }
            for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
                List<IsrBatch.Judged> judged = tryToWrite(topic, partitions);
                if (!judged.isEmpty()) {
                    tell(judged, partitions);
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isReachable = false;
            return false;
        } catch (Exception e) {
            isReachable =
                    !(e instanceof KeeperException.ConnectionLossException
                            || e instanceof KeeperException.SessionExpiredException
                            || e instanceof KeeperException.OperationTimeoutException);
            LOG.atWarn()
                    .addKeyValue("topic", topic)
                    .log("In-sync replicas could not be written yet: {}", e.toString());
            return false;
        }
    }

    /**
     * @return empty when somebody wrote in between
     */
    private List<IsrBatch.Judged> tryToWrite(String topic, Map<Integer, Wish> partitions)
            throws Exception {
        List<IsrChange> changes = partitions.values().stream().map(Wish::change).toList();
        String path = ZkPaths.states(topic);
        Stat stat = new Stat();
        StatesNode states;
        try {
            states =
                    ZkPayloads.decode(
                            path,
                            client.getData().storingStatIn(stat).forPath(path),
                            StatesNode.class);
        } catch (KeeperException.NoNodeException e) {
            IsrOutcome gone = new IsrOutcome.Over("the topic is gone");
            return changes.stream().map(each -> new IsrBatch.Judged(each, gone, false)).toList();
        }
        boolean adds = changes.stream().anyMatch(change -> !change.additions().isEmpty());
        Admitted admitted = adds ? admitted() : new Admitted(-1, Map.of());
        IsrBatch batch = IsrBatch.of(states, changes, mayJoin(admitted));
        if (!batch.writes()) {
            return batch.judged();
        }
        List<CuratorOp> operations = new ArrayList<>();
        if (batch.adds()) {
            operations.add(
                    client.transactionOp()
                            .check()
                            .withVersion(admitted.version())
                            .forPath(ZkPaths.CONTROLLER_BROKERS));
        }
        operations.add(
                client.transactionOp()
                        .setData()
                        .withVersion(stat.getVersion())
                        .forPath(path, ZkPayloads.encode(batch.next())));
        try {
            client.transaction().forOperations(operations);
            return batch.judged();
        } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            return List.of();
        }
    }

    private Admitted admitted() throws Exception {
        Stat stat = new Stat();
        try {
            RememberedBrokersNode node =
                    ZkPayloads.decode(
                            ZkPaths.CONTROLLER_BROKERS,
                            client.getData()
                                    .storingStatIn(stat)
                                    .forPath(ZkPaths.CONTROLLER_BROKERS),
                            RememberedBrokersNode.class);
            return new Admitted(stat.getVersion(), node.epochs());
        } catch (KeeperException.NoNodeException e) {
            return new Admitted(-1, Map.of());
        }
    }

    private BiPredicate<Integer, Long> mayJoin(Admitted admitted) {
        ClusterImage now = image.get();
        return (brokerId, brokerEpoch) -> {
            BrokerRegistration broker = now.brokers().get(brokerId);
            return broker != null
                    && broker.epoch() == brokerEpoch
                    && !broker.isStopping()
                    && brokerEpoch.equals(admitted.epochs().get(brokerId));
        };
    }

    private static void tell(List<IsrBatch.Judged> judged, Map<Integer, Wish> partitions) {
        Map<IsrChange, Wish> byChange = new HashMap<>();
        partitions.values().forEach(wish -> byChange.put(wish.change(), wish));
        for (IsrBatch.Judged one : judged) {
            Wish wish = byChange.get(one.change());
            if (wish == null) {
                continue;
            }
            try {
                wish.then().accept(one.outcome());
            } catch (RuntimeException e) {
                LOG.atError()
                        .setCause(e)
                        .addKeyValue("topic", one.change().partition().topic())
                        .addKeyValue("partition", one.change().partition().partition())
                        .log("A leader failed over the news about its in-sync replicas");
            }
        }
    }

    /** Ends without an outcome for what is under way. */
    @Override
    public void close() {
        thread.shutdownNow();
        writers.shutdownNow();
        try {
            if (!thread.awaitTermination(STOP_WAIT_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("The writer of in-sync replicas still works after {} ms", STOP_WAIT_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
