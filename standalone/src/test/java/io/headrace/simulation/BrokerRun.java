package io.headrace.simulation;

import io.headrace.broker.cluster.IsrChange;
import io.headrace.broker.cluster.IsrOutcome;
import io.headrace.broker.cluster.SimulatedConverger;
import io.headrace.broker.cluster.SimulatedIsrWriter;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.SimulatedCrash;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.FoundPartition;
import io.headrace.broker.log.Killed;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.broker.log.ReadPace;
import io.headrace.broker.replica.InSyncRules;
import io.headrace.broker.replica.LeadershipListener;
import io.headrace.broker.replica.LocalReplicas;
import io.headrace.broker.replica.LogConfigs;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replica.ReplicaThreads;
import io.headrace.broker.replication.FetchSettings;
import io.headrace.broker.replication.Scrubber;
import io.headrace.broker.replication.SegmentRepair;
import io.headrace.broker.replication.SimulatedFetchers;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.curator.framework.recipes.cache.ChildData;

/**
 * One run of a broker from its start to its end, with the parts that {@code wiring} puts together.
 */
final class BrokerRun {

    static final Path ROOT = Path.of("/data");
    private static final long SCRUB_NANOS = TimeUnit.SECONDS.toNanos(3);

    final int id;
    final Program program;
    final ZkClient zk;
    final ReplicaManager replicas;
    final LeaderSide leaderSide;
    final CoordinatorSide coordinator;
    final IdentityHashMap<Partition, Judge.Seen> seen = new IdentityHashMap<>();
    private final World world;
    private final SimulatedDisk disk;
    private final Map<String, SimulatedIsrWriter> isrWriters = new HashMap<>();
    private final SimulatedFetchers fetchers;
    private LogDirectory logs;
    private LocalReplicas local;
    private SimulatedConverger converger;
    private boolean isPassPlanned;
    private boolean isJoined;
    private boolean isStopping;
    private boolean isStopped;
    private boolean isOffline;
    private OwnNode node;
    private final Scrubber scrubber;

    BrokerRun(World world, int id, SimulatedDisk disk) {
        this.world = world;
        this.id = id;
        this.disk = disk;
        this.program = new Program(world.timeline, this::guarded);
        this.zk = new ZkClient(world.zooKeeper, world.network, program, world.random, id);
        for (TopicPartition partition : world.partitions) {
            isrWriters.computeIfAbsent(
                    partition.topic(),
                    topic -> new SimulatedIsrWriter(world.zooKeeper, zk, topic, world.bug));
        }
        this.replicas =
                new ReplicaManager(
                        id,
                        new ReplicaManager.Limits(new Partition.Bounds(100, 100), 1_000),
                        zk::image,
                        new ReplicaThreads(
                                new VirtualTimer(program, world.judge::broken),
                                task -> program.in(0, task)),
                        new InSyncRules(
                                Duration.ofMillis(world.plan.options().lagMs()),
                                world.timeline::nanos,
                                this::submit));
        this.leaderSide = new LeaderSide(world, this);
        this.coordinator = world.plan.options().groups() ? new CoordinatorSide(world, this) : null;
        this.fetchers =
                new SimulatedFetchers(
                        id,
                        this::ownEpoch,
                        new FetchSettings(
                                world.plan.options().fetchBytes(),
                                10 << 20,
                                1,
                                Duration.ofMillis(500),
                                Duration.ofMillis(20),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2)),
                        program,
                        leader -> new FetchConnection(world, id, leader),
                        world.bug);
        this.scrubber =
                new Scrubber(
                        new Scrubber.Settings(Long.MAX_VALUE, Duration.ofNanos(SCRUB_NANOS)),
                        replicas::partitions,
                        new SegmentRepair(
                                id, zk::image, source -> new RepairChannel(world, id, source)));
        program.in(0, this::open);
    }

    /**
     * Power may fail in the midst of a task; else every task is followed by a look of the judge.
     */
    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (SimulatedCrash e) {
            world.note("broker " + id + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            world.judge.broken(e);
        }
        if (disk.isCrashed()) {
            world.lostPower(id);
        } else if (program.isRunning()) {
            world.judge.look(this);
        }
    }

    private void open() {
        try {
            logs =
                    LogDirectory.open(
                            LogDirectorySettings.of(ROOT, "cluster", id).withReserveBytes(0),
                            disk,
                            new LogClock(
                                    () -> Instant.ofEpochMilli(millis()), world.timeline::nanos),
                            (path, failure) -> offline(failure));
            openFound();
        } catch (IOException e) {
            world.judge.fail("broker " + id + " does not start: " + e);
        }
        local =
                new LocalReplicas(
                        replicas,
                        logs,
                        coordinator == null ? LeadershipListener.NONE : coordinator,
                        fetchers);
        node = new OwnNode(world, this, logs.directoryId(), foundEpoch(), logs.partialProof());
        world.note(
                "broker "
                        + id
                        + " starts, proven epoch "
                        + foundEpoch()
                        + logs.partialProof().map(Object::toString).orElse(""));
        zk.listen(this::changed);
        zk.whenSessionLost(this::sessionLost);
        flush();
        program.in(TimeUnit.SECONDS.toNanos(2), this::checkpoint);
        if (world.plan.rots() && world.bug != Bug.NO_SCRUBBER) {
            program.in(SCRUB_NANOS, this::scrub);
        }
    }

    /** As {@code Broker} does before it registers; without rot there is nothing to find out. */
    private void openFound() throws IOException {
        if (!world.plan.rots()) {
            return;
        }
        LogConfig config = LogConfigs.of(TopicConfig.of(world.config()));
        for (FoundPartition found : logs.found()) {
            TopicId known = World.topicId(found.partition().topic());
            if (found.topicId().filter(id -> !id.equals(known)).isPresent()) {
                logs.doubt(found.partition());
            }
            found.topicId()
                    .map(topic -> logs.open(new LogSpec(found.partition(), topic, config)))
                    .filter(OpenOutcome.Refused.class::isInstance)
                    .ifPresent(refused -> world.note("broker " + id + ": " + refused));
        }
    }

    private void scrub() {
        if (isOffline || isStopped) {
            return;
        }
        try {
            scrubber.round(ReadPace.FULL);
        } catch (InterruptedIOException e) {
            throw new AssertionError("nobody interrupts a simulation", e);
        }
        program.in(SCRUB_NANOS, this::scrub);
    }

    private void submit(IsrChange change, Consumer<IsrOutcome> then) {
        isrWriters.get(change.partition().topic()).submit(change, then);
    }

    /** What the ISR of a partition may become any moment. */
    List<List<Integer>> wanted(TopicPartition partition) {
        return isrWriters.get(partition.topic()).wanted(partition.partition());
    }

    /** What this process has open of a partition; null for nothing. */
    Partition replica(TopicPartition name) {
        return replicas.partitions().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    long millis() {
        return world.millis(id);
    }

    /** As {@code Broker} does: only the news is passed on where it comes from. */
    private void offline(IOException failure) {
        world.note("broker " + id + " is offline: " + failure.getMessage());
        if (failure instanceof DiskFullException) {
            world.judge.fail("broker " + id + " is offline because its disk is full");
        }
        isOffline = true;
        world.offline(this, failure);
        program.in(
                0,
                () -> {
                    replicas.logsOffline();
                    node.deregister();
                });
    }

    boolean isOffline() {
        return isOffline;
    }

    boolean isJoined() {
        return isJoined;
    }

    private void flush() {
        if (isOffline) {
            return;
        }
        try {
            logs.runFlushes();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a simulation", e);
        }
        program.in(1_000_000L * (1 + world.random.nextInt(20)), this::flush);
    }

    private void checkpoint() {
        if (isOffline) {
            return;
        }
        try {
            logs.saveHighWatermarks();
            if (world.random.nextInt(3) == 0) {
                logs.saveCheckpoints();
            }
        } catch (DiskFullException e) {
            world.note("broker " + id + ": " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        program.in(TimeUnit.SECONDS.toNanos(2), this::checkpoint);
    }

    // ---- becoming what the image says

    private void changed(ClusterImage image) {
        if (!isJoined && zk.isCurrent() && !image.topics().isEmpty()) {
            isJoined = true;
            converger = new SimulatedConverger(id, local, image);
            replicas.startReviews();
            node.register();
        }
        if (isJoined && !isStopped) {
            converger.look(image);
            planPass(1_000_000L * world.random.nextInt(5));
            if (!image.brokers().containsKey(id)) {
                node.register();
            }
        }
    }

    private void planPass(long nanos) {
        if (!isPassPlanned) {
            isPassPlanned = true;
            program.in(nanos, this::pass);
        }
    }

    private void pass() {
        isPassPlanned = false;
        boolean isDone = converger.pass(zk.image(), millis());
        replicas.converged();
        if (!isDone) {
            planPass(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    // ---- registration

    long ownEpoch() {
        BrokerRegistration own = zk.image().brokers().get(id);
        return own == null ? -1 : own.epoch();
    }

    /**
     * Whether the controller has looked at this process, and does not take it for the one before.
     */
    boolean isKnownToController() {
        long own = zk.session();
        Map<Integer, Long> known = world.zooKeeper.epochsKnownToController();
        return world.zooKeeper
                .node(ZkPaths.broker(id))
                .map(ChildData::getStat)
                .filter(
                        stat ->
                                stat.getEphemeralOwner() == own
                                        && known.getOrDefault(id, -1L) == stat.getCzxid())
                .isPresent();
    }

    private long foundEpoch() {
        return logs.cleanBrokerEpoch().orElse(BrokerRegistration.NO_PROVEN_EPOCH);
    }

    /**
     * As {@code Membership} does: this process has lost nothing, so its first epoch is the proof.
     */
    private void sessionLost() {
        world.note("broker " + id + " lost its session, epoch " + ownEpoch());
        if (isJoined) {
            node.proves(converger.firstEpoch());
        }
    }

    // ---- the end

    void stopCleanly() {
        isStopping = true;
        if (isJoined) {
            node.register();
        }
        handOver(world.timeline.nanos() + TimeUnit.SECONDS.toNanos(4));
    }

    private void handOver(long untilNanos) {
        if (isNeeded() && world.timeline.nanos() < untilNanos) {
            program.in(TimeUnit.MILLISECONDS.toNanos(20), () -> handOver(untilNanos));
            return;
        }
        isStopped = true;
        long found = foundEpoch();
        long epoch =
                found == BrokerRegistration.NO_PROVEN_EPOCH && isJoined
                        ? converger.firstEpoch().orElse(found)
                        : found;
        if (coordinator != null) {
            coordinator.close();
        }
        replicas.quiesce();
        replicas.close();
        disk.capacity(Long.MAX_VALUE); // what a broker keeps in reserve is enough for this
        try {
            logs.close(epoch);
            world.note("broker " + id + " stopped cleanly, epoch " + epoch);
        } catch (IOException e) {
            world.note("broker " + id + " stopped without a proof: " + e.getMessage());
        }
        long session = zk.session();
        zk.call(
                () -> {
                    world.zooKeeper.end(session);
                    return session;
                },
                answer -> {});
        program.kill();
        world.stopped(id);
    }

    private boolean isNeeded() {
        ClusterImage image = zk.image();
        return image.topics().values().stream()
                .flatMap(topic -> topic.states().stream())
                .anyMatch(state -> state.isr().contains(id) && hasOther(image, state));
    }

    private boolean hasOther(ClusterImage image, PartitionState state) {
        return state.isr().stream()
                .filter(other -> other != id)
                .map(image.brokers()::get)
                .anyMatch(other -> other != null && !other.isStopping());
    }

    boolean isStopping() {
        return isStopping;
    }

    boolean isStopped() {
        return isStopped;
    }

    /** As kill -9: what is in the page cache stays there. */
    void kill() {
        program.kill();
        try {
            if (logs != null && !disk.isCrashed()) {
                Killed.process(logs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
