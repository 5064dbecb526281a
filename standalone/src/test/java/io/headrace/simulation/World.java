package io.headrace.simulation;

import io.headrace.admin.controller.SimulatedController;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.Unflushed;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** A cluster, its clients and everything around it. */
final class World {

    private static final int FIRST_CONTROLLER = 50;
    private static final int CONTROLLERS = 2;
    private static final int NOTES_MAX = 80;
    private static final long SESSION_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** One admin-service, as far as it counts here. */
    record Admin(Program program, SimulatedController controller) {}

    final Plan plan;
    final Bug bug;
    final Random random;
    final Timeline timeline = new Timeline();
    final Network network;
    final ModelZooKeeper zooKeeper;
    final Judge judge;
    final List<SimulatedDisk> disks = new ArrayList<>();
    final List<Admin> admins = new ArrayList<>();
    private final BrokerRun[] runs;
    private final List<Producer> producers = new ArrayList<>();
    private final Deque<String> notes = new ArrayDeque<>();
    private long trace = 17;
    private boolean isLoading = true;

    World(Plan plan, Bug bug) {
        this.plan = plan;
        this.bug = bug;
        this.random = new Random(plan.seed());
        this.network = new Network(timeline, random);
        this.judge = new Judge(this, Plan.PARTITIONS);
        this.zooKeeper = new ModelZooKeeper(timeline, SESSION_NANOS, judge::stateChanged);
        this.runs = new BrokerRun[plan.options().brokers()];
        SimulatedController.create(zooKeeper, topic());
        for (int i = 0; i < CONTROLLERS; i++) {
            admins.add(admin(i));
        }
        for (int id = 0; id < runs.length; id++) {
            disks.add(new SimulatedDisk(plan.seed() * 31 + id));
            start(id);
        }
        for (int i = 0; i < 2 * Plan.PARTITIONS; i++) {
            Producer producer = new Producer(this, i, i % Plan.PARTITIONS);
            producers.add(producer);
            timeline.in(TimeUnit.MILLISECONDS.toNanos(300), producer::next);
        }
        expireSessions();
        read();
    }

    private TopicImage topic() {
        Plan.Options options = plan.options();
        List<List<Integer>> assignments = new ArrayList<>();
        for (int p = 0; p < Plan.PARTITIONS; p++) {
            List<Integer> replicas = new ArrayList<>();
            for (int i = 0; i < options.replicas(); i++) {
                replicas.add((p + i) % options.brokers());
            }
            assignments.add(replicas);
        }
        return SimulatedController.topic(
                assignments,
                Map.of(
                        "min.insync.replicas",
                        Integer.toString(options.minIsr()),
                        "segment.bytes",
                        Integer.toString(options.segmentBytes()),
                        "retention.ms",
                        "-1",
                        "flush.on.ack",
                        Boolean.toString(options.flushOnAck())));
    }

    Admin admin(int index) {
        Program program = new Program(timeline, Runnable::run);
        ZkClient zk = new ZkClient(zooKeeper, network, program, random, FIRST_CONTROLLER + index);
        return new Admin(
                program,
                new SimulatedController(
                        "admin-" + index,
                        zooKeeper,
                        zk,
                        bug,
                        clock(),
                        random,
                        Duration.ofMillis(plan.options().leadersIntervalMs())));
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(timeline.millis());
            }
        };
    }

    private void expireSessions() {
        zooKeeper.expire();
        timeline.in(TimeUnit.MILLISECONDS.toNanos(100), this::expireSessions);
    }

    // ---- brokers

    /** Null while the broker is down. */
    BrokerRun run(int id) {
        return id < 0 || id >= runs.length ? null : runs[id];
    }

    int brokerCount() {
        return runs.length;
    }

    void start(int id) {
        if (runs[id] == null) {
            if (disks.get(id).isCrashed()) {
                disks.get(id).restart();
            }
            runs[id] = new BrokerRun(this, id, disks.get(id));
        }
    }

    void kill(int id) {
        BrokerRun run = runs[id];
        runs[id] = null;
        if (run != null) {
            run.kill();
        }
    }

    void lostPower(int id) {
        note("broker " + id + " lost its power");
        disks.get(id).crash(random.nextInt(3) == 0 ? Unflushed.LOST : Unflushed.TORN);
        kill(id);
        if (!isLoading) {
            stopped(id); // all is healed already
        }
    }

    void stopped(int id) {
        runs[id] = null;
        timeline.in(TimeUnit.MILLISECONDS.toNanos(200), () -> start(id));
    }

    // ---- clients

    boolean isLoading() {
        return isLoading;
    }

    void endLoad() {
        isLoading = false;
    }

    /** The partition, as some broker believes that it is; empty when none answers. */
    Optional<PartitionState> described(int partition) {
        BrokerRun asked = runs[random.nextInt(runs.length)];
        return asked == null || !asked.program.isRunning()
                ? Optional.empty()
                : asked.zk
                        .image()
                        .partition(new TopicPartition(SimulatedController.TOPIC, partition));
    }

    private void read() {
        int id = random.nextInt(runs.length);
        int partition = random.nextInt(Plan.PARTITIONS);
        long offset = Math.max(0, judge.committedEnd(partition) - random.nextInt(30));
        network.send(
                Network.CLIENTS,
                id,
                () -> {
                    BrokerRun run = run(id);
                    if (run != null) {
                        run.program.in(0, () -> read(run, partition, offset));
                    }
                });
        timeline.in(TimeUnit.MILLISECONDS.toNanos(40), this::read);
    }

    private void read(BrokerRun run, int p, long offset) {
        Partition partition = run.replicas.served(SimulatedController.TOPIC, p);
        if (partition == null) {
            return;
        }
        ReadResult result =
                bug == Bug.READ_UNCOMMITTED_END
                        ? partition.readToEnd(offset, 10_000, true)
                        : partition.readServed(offset, 10_000, true);
        if (result instanceof ReadResult.InRange in && in.slice() != null) {
            try (var slice = in.slice()) {
                judge.read(p, Records.in(Records.bytes(slice), offset, Long.MAX_VALUE));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    // ---- how it goes

    /** Lets events happen until the time, or until the condition holds. */
    boolean go(long untilMs, java.util.function.BooleanSupplier isDone) {
        long until = timeline.nanos() + TimeUnit.MILLISECONDS.toNanos(untilMs);
        while (timeline.nanos() < until) {
            if (timeline.count() % 64 == 0 && isDone.getAsBoolean()) {
                return true;
            }
            if (!timeline.step()) {
                break;
            }
            judge.throwFirst();
        }
        return isDone.getAsBoolean();
    }

    /** Whether everybody is up, in sync, and has everything; else why not. */
    String unsettled() {
        for (BrokerRun run : runs) {
            if (run == null || !run.zk.isCurrent()) {
                return "a broker is down or behind";
            }
        }
        TopicImage topic = runs[0].zk.image().topics().get(SimulatedController.TOPIC);
        for (int p = 0; p < Plan.PARTITIONS; p++) {
            PartitionState state = topic.states().get(p);
            if (!state.hasLeader()
                    || topic.moves().containsKey(p)
                    || !state.isr().containsAll(topic.assignments().get(p))) {
                return "partition " + p + " is " + state + " of " + topic.assignments().get(p);
            }
            for (int id : topic.assignments().get(p)) {
                Partition replica = runs[id].replicas.served(SimulatedController.TOPIC, p);
                if (replica == null
                        || replica.highWatermark() != judge.committedEnd(p)
                        || replica.log().logEndOffset() != judge.committedEnd(p)) {
                    return "broker " + id + " has not all of partition " + p;
                }
            }
        }
        for (Producer producer : producers) {
            if (!producer.isIdle()) {
                return "a producer still waits";
            }
        }
        return "";
    }

    /** Who is to have the partition; others may not have deleted theirs yet. */
    List<BrokerRun> assignedRuns(int p) {
        TopicImage topic = runs[0].zk.image().topics().get(SimulatedController.TOPIC);
        return topic.assignments().get(p).stream().map(id -> runs[id]).toList();
    }

    void note(String text) {
        String line = timeline.nanos() / 1_000_000 - 1_000 + " ms: " + text;
        trace = trace * 31 + line.hashCode();
        notes.add(line);
        if (notes.size() > NOTES_MAX) {
            notes.removeFirst();
        }
    }

    /** The same for the same seed. */
    long trace() {
        return trace * 31 + timeline.count();
    }

    String story() {
        return String.join("\n", notes);
    }
}
