package io.headrace.simulation;

import io.headrace.admin.controller.SimulatedController;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.Unflushed;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads;
import io.headrace.model.coordination.ZkPayloads.PartitionNode;
import io.headrace.model.coordination.ZkPayloads.StatesNode;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A cluster, its clients and everything around it. */
final class World {

    private static final int FIRST_CONTROLLER = 50;
    private static final int CONTROLLERS = 2;
    private static final int NOTES_MAX = 80;
    private static final long SESSION_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** One admin-service, as far as it counts here. */
    record Admin(Program program, SimulatedController controller) {}

    /** Where groups live, when there are some. */
    static final TopicPartition OFFSETS = new TopicPartition(GroupCoordinator.TOPIC, 0);

    private static final int MEMBERS = 3;

    final Plan plan;
    final Bug bug;
    final Random random;
    final Timeline timeline = new Timeline();
    final Network network;
    final ModelZooKeeper zooKeeper;
    final Judge judge;
    final Rot rot = new Rot(this);
    final SideFiles sideFiles = new SideFiles(this);
    final List<SimulatedDisk> disks = new ArrayList<>();

    /** All partitions; elsewhere they are known by their places here. */
    final List<TopicPartition> partitions = new ArrayList<>();

    final List<Admin> admins = new ArrayList<>();
    private final BrokerRun[] runs;
    private final long[] clockAheadMs;
    private final Set<Integer> wasOffline = new TreeSet<>();
    private final List<Producer> producers = new ArrayList<>();
    private final List<GroupMember> members = new ArrayList<>();

    /** Processes whose instance id another one took. */
    private final List<GroupMember> elders = new ArrayList<>();

    private int fenced;
    private final Deque<String> notes = new ArrayDeque<>();
    private long trace = 17;
    private boolean isLoading = true;

    World(Plan plan, Bug bug) {
        this.plan = plan;
        this.bug = bug;
        this.random = new Random(plan.seed());
        this.network = new Network(timeline, random);
        for (int p = 0; p < Plan.PARTITIONS; p++) {
            partitions.add(new TopicPartition(SimulatedController.TOPIC, p));
        }
        if (plan.options().groups()) {
            partitions.add(OFFSETS);
        }
        this.judge = new Judge(this, partitions.size());
        this.zooKeeper = new ModelZooKeeper(timeline, SESSION_NANOS, judge::stateChanged);
        this.runs = new BrokerRun[plan.options().brokers()];
        this.clockAheadMs = new long[runs.length];
        SimulatedController.create(zooKeeper, topics());
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
        if (plan.options().groups()) {
            for (int i = 0; i < MEMBERS; i++) {
                members.add(new GroupMember(this, i));
            }
        }
    }

    private List<TopicImage> topics() {
        List<List<Integer>> assignments = new ArrayList<>();
        for (int p = 0; p < partitions.size(); p++) {
            assignments.add(replicas(p));
        }
        List<TopicImage> topics = new ArrayList<>();
        topics.add(
                SimulatedController.topic(
                        SimulatedController.TOPIC,
                        topicId(SimulatedController.TOPIC),
                        assignments.subList(0, Plan.PARTITIONS),
                        config()));
        if (plan.options().groups()) {
            topics.add(
                    SimulatedController.topic(
                            GroupCoordinator.TOPIC,
                            topicId(GroupCoordinator.TOPIC),
                            List.of(assignments.getLast()),
                            config()));
        }
        return topics;
    }

    /** Of a topic that there is. */
    static TopicId topicId(String topic) {
        return topic.equals(GroupCoordinator.TOPIC) ? new TopicId(6, 6) : new TopicId(5, 5);
    }

    private List<Integer> replicas(int p) {
        List<Integer> replicas = new ArrayList<>();
        for (int i = 0; i < plan.options().replicas(); i++) {
            replicas.add((p + i) % plan.options().brokers());
        }
        return replicas;
    }

    Map<String, String> config() {
        Plan.Options options = plan.options();
        return Map.of(
                "min.insync.replicas",
                Integer.toString(options.minIsr()),
                "segment.bytes",
                Integer.toString(options.segmentBytes()),
                "retention.ms",
                "-1",
                "flush.on.ack",
                Boolean.toString(options.flushOnAck()));
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
            SimulatedDisk disk = disks.get(id);
            if (wasOffline.remove(id)) {
                disk.crash(Unflushed.LOST); // as an operator does: the page cache is not trusted
            }
            disk.capacity(Long.MAX_VALUE);
            if (disk.isCrashed()) {
                disk.restart();
            }
            sideFiles.beforeStart(id);
            runs[id] = new BrokerRun(this, id, disk);
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

    /**
     * A log directory is not used any more; the broker starts again, after a write or a flush that
     * failed without its page cache.
     */
    void offline(BrokerRun run, IOException failure) {
        if (failure instanceof UnreadableException) {
            rot.offline(run);
        } else {
            wasOffline.add(run.id);
        }
    }

    /** Wall clock of a broker. */
    long millis(int id) {
        return timeline.millis() + clockAheadMs[id];
    }

    void clockAhead(int id, long millis) {
        clockAheadMs[id] = millis;
    }

    /** What ZooKeeper says of a partition. */
    Optional<PartitionNode> stateNode(TopicPartition partition) {
        return zooKeeper
                .node(ZkPaths.states(partition.topic()))
                .map(node -> ZkPayloads.decode(node.getPath(), node.getData(), StatesNode.class))
                .map(states -> states.partitions().get(partition.partition()));
    }

    // ---- clients

    boolean isLoading() {
        return isLoading;
    }

    void endLoad() {
        isLoading = false;
    }

    /** The partition, as some broker believes that it is; empty when none answers. */
    Optional<PartitionState> described(TopicPartition partition) {
        BrokerRun asked = runs[random.nextInt(runs.length)];
        return asked == null || !asked.program.isRunning()
                ? Optional.empty()
                : asked.zk.image().partition(partition);
    }

    <R> void askCoordinator(
            int id, BiConsumer<CoordinatorSide, Consumer<R>> call, Consumer<R> then) {
        network.send(
                Network.CLIENTS,
                id,
                () -> {
                    BrokerRun run = run(id);
                    if (run != null) {
                        run.program.in(
                                0,
                                () ->
                                        call.accept(
                                                run.coordinator,
                                                reply ->
                                                        network.send(
                                                                id,
                                                                Network.CLIENTS,
                                                                () -> then.accept(reply))));
                    }
                });
    }

    List<GroupMember> members() {
        return members;
    }

    /** A process in the place of another one, which may still live. */
    void startMember(int index) {
        if (!members.get(index).program.isDead()) {
            elders.add(members.get(index));
        }
        members.set(index, new GroupMember(this, index));
    }

    /** A process was told that another one has its instance id, and ends. */
    void fenced(GroupMember member, int index) {
        note(member + " is fenced");
        fenced++;
        member.program.kill();
        elders.removeIf(each -> each.program.isDead());
        if (members.get(index).program.isDead()) {
            Optional<GroupMember> other =
                    elders.stream().filter(each -> each.number() == index).findFirst();
            other.ifPresent(elders::remove);
            members.set(index, other.orElseGet(() -> new GroupMember(this, index)));
        }
    }

    /** How many processes were told so. */
    int fencedCount() {
        return fenced;
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
                List<Records.Rec> taken = Records.taken(Records.bytes(slice), offset);
                if (!rot.isUnseen(run.id, p)) {
                    judge.read(p, taken);
                }
            } catch (IOException e) {
                rot.met(run, p, e);
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
            if (run == null || run.isStopping() || !run.zk.isCurrent()) {
                return "a broker is down, stops or is behind";
            }
        }
        for (int p = 0; p < partitions.size(); p++) {
            String why = unsettled(p);
            if (!why.isEmpty()) {
                return why;
            }
        }
        if (rot.stands()) {
            return "damage is not repaired: " + rot;
        }
        for (Producer producer : producers) {
            if (!producer.isIdle()) {
                return "a producer still waits";
            }
        }
        return unsettledGroup();
    }

    private String unsettled(int p) {
        TopicPartition name = partitions.get(p);
        TopicImage topic = runs[0].zk.image().topics().get(name.topic());
        List<Integer> assigned = topic.assignments().get(name.partition());
        PartitionState state = topic.states().get(name.partition());
        if (!state.hasLeader()
                || topic.moves().containsKey(name.partition())
                || !state.isr().containsAll(assigned)) {
            return name + " is " + state + " of " + assigned;
        }
        for (int id : assigned) {
            Partition replica = runs[id].replicas.served(name.topic(), name.partition());
            if (replica == null
                    || replica.highWatermark() != judge.committedEnd(p)
                    || replica.log().logEndOffset() != judge.committedEnd(p)) {
                return "broker " + id + " has not all of " + name;
            }
        }
        return "";
    }

    private String unsettledGroup() {
        Set<Integer> owned = new TreeSet<>();
        for (GroupMember elder : elders) {
            if (!elder.program.isDead()) {
                return elder + " is not fenced";
            }
        }
        for (GroupMember member : members) {
            if (!member.owns(judge.groups.generation().number())) {
                return member + ", the group is " + judge.groups.generation();
            }
            owned.addAll(member.partitions());
        }
        return members.isEmpty() || owned.size() == Plan.PARTITIONS
                ? ""
                : "only " + owned + " have an owner";
    }

    /**
     * Asks the coordinator, when all is settled, for all offsets. A commit may still be under way:
     * it is shown once it is committed, so an answer counts if none was since the question.
     */
    void readOffsets() {
        if (members.isEmpty()) {
            return;
        }
        boolean[] isAnswered = new boolean[1];
        for (int i = 0; i < 10 && !isAnswered[0]; i++) { // the preferred leader may take over
            int committed = judge.groups.committedCount();
            askCoordinator(
                    stateNode(OFFSETS).orElseThrow().leader(),
                    (side, reply) -> side.fetch(new Offsets.Fetch("g", Optional.empty()), reply),
                    (Offsets.FetchReply reply) -> {
                        if (reply.error() == ErrorCode.NONE
                                && judge.groups.committedCount() == committed) {
                            isAnswered[0] = true;
                            judge.groups.end(CoordinatorSide.metadata(reply));
                        }
                    });
            go(1_000, () -> isAnswered[0]);
        }
        if (!isAnswered[0]) {
            judge.fail("the coordinator does not answer");
        }
    }

    /** Who is to have the partition; others may not have deleted theirs yet. */
    List<BrokerRun> assignedRuns(int p) {
        TopicPartition name = partitions.get(p);
        TopicImage topic = runs[0].zk.image().topics().get(name.topic());
        return topic.assignments().get(name.partition()).stream().map(id -> runs[id]).toList();
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
