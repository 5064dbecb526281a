package io.headrace.broker.replica;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.cluster.IsrChange;
import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.model.cluster.Admission;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import io.headrace.testkit.cluster.TestImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Broker 1's replica of a partition whose followers are the test: a real log on a simulated disk, a
 * clock by hand, and changes of the ISR that wait for the test to settle them. Broker n has epoch
 * 10 n, unless the test says otherwise.
 */
final class LedPartition implements AutoCloseable {

    static final Duration LAG_MAX = Duration.ofSeconds(30);
    static final int QUEUED_MAX = 100;
    private static final long TIMEOUT_MS = 60_000;

    /** A wish of the leader that nobody has answered yet. */
    record Wish(IsrChange change, Consumer<IsrOutcome> then) {

        PartitionState state() {
            return new PartitionState(
                    change.leaderId(),
                    change.leaderEpoch(),
                    change.isr(),
                    change.elr(),
                    change.partitionEpoch() + 1);
        }

        void written() {
            then.accept(new IsrOutcome.Written(state()));
        }
    }

    /** An append and its outcome, once it has one. */
    static final class Append extends ProduceRequest {

        @Nullable ProduceOutcome outcome;

        Append(int acks) {
            super(ByteBuffer.wrap(RunningBroker.batch("v")), acks, ANY_LEADER_EPOCH, TIMEOUT_MS);
        }

        @Override
        protected void complete(ProduceOutcome result) {
            outcome = result;
        }
    }

    final List<Wish> wishes = new CopyOnWriteArrayList<>();
    final Map<Integer, Long> epochs = new HashMap<>(Map.of(1, 10L, 2, 20L, 3, 30L));
    final Map<Integer, Long> admitted = new HashMap<>(epochs);
    final AtomicReference<Integer> stopping = new AtomicReference<>(-1);
    final ReplicaManager replicas;
    final Partition partition;
    private final int minInsync;
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final LogDirectory directory;
    private final List<Integer> assignment;
    private long nowNanos = 1_000_000_000L;

    LedPartition(List<Integer> assignment, int minInsync) throws Exception {
        this(assignment, minInsync, LogConfig.DEFAULTS);
    }

    LedPartition(List<Integer> assignment, int minInsync, LogConfig config) throws Exception {
        this.assignment = assignment;
        this.minInsync = minInsync;
        directory =
                LogDirectory.open(
                        LogDirectorySettings.of(Path.of("/data"), "cluster", 1).withReserveBytes(0),
                        new SimulatedDisk(1),
                        LogClock.system(),
                        (path, failure) -> {});
        directory.start();
        replicas =
                new ReplicaManager(
                        1,
                        new ReplicaManager.Limits(new Partition.Bounds(QUEUED_MAX, 100), 100),
                        this::image,
                        new ReplicaThreads(timer, Runnable::run),
                        new InSyncRules(
                                LAG_MAX,
                                () -> nowNanos,
                                (change, then) -> wishes.add(new Wish(change, then))));
        TopicPartition name = new TopicPartition("t", 0);
        TopicId id = new TopicId(1, 1);
        OpenOutcome.Opened opened =
                (OpenOutcome.Opened) directory.open(new LogSpec(name, id, config));
        partition = replicas.add(new LocalReplica(name, id), opened.log(), 0);
    }

    LedPartition leads(PartitionState state) throws Exception {
        partition.lead(Leadership.of(state, assignment, assignment, minInsync));
        return this;
    }

    Append append(int acks) {
        Append append = new Append(acks);
        partition.append(append);
        return append;
    }

    /** The follower fetches from the offset, in the leader epoch that stands. */
    void fetch(int broker, long offset) {
        Leadership now = partition.leadership();
        fetch(
                broker,
                epochs.getOrDefault(broker, -1L),
                now == null ? 0 : now.leaderEpoch(),
                offset);
    }

    void fetch(int broker, long brokerEpoch, int leaderEpoch, long offset) {
        partition.fetched(new ReplicaFetch(broker, brokerEpoch, leaderEpoch, offset, 0));
    }

    /** Nothing times out any more. */
    void stopTimer() {
        timer.execute(
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt(); // closed
                    }
                });
    }

    void pass(Duration time) {
        nowNanos += time.toNanos();
    }

    void review() {
        replicas.reviewInSync();
    }

    Wish wish() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .pollDelay(Duration.ZERO)
                .until(() -> wishes.size() == 1);
        return wishes.removeFirst();
    }

    List<Integer> isr() {
        Leadership now = partition.leadership();
        return now == null ? List.of() : now.isr();
    }

    private ClusterImage image() {
        Map<Integer, BrokerRegistration> brokers = new HashMap<>();
        epochs.forEach(
                (id, epoch) ->
                        brokers.put(
                                id,
                                new BrokerRegistration(
                                        id,
                                        epoch,
                                        "http://b" + id,
                                        Map.of(),
                                        Optional.of(id == 1 ? "a" : "b"),
                                        "test",
                                        -1,
                                        "d",
                                        id.equals(stopping.get()))));
        return TestImage.empty().brokers(brokers).admission(new Admission(1, admitted)).image();
    }

    @Override
    public void close() throws IOException {
        replicas.close();
        directory.close(1);
        timer.shutdownNow();
    }
}
