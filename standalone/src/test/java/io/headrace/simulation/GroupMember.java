package io.headrace.simulation;

import io.headrace.admin.controller.SimulatedController;
import io.headrace.broker.group.Join;
import io.headrace.broker.group.MemberCall;
import io.headrace.broker.group.Offsets;
import io.headrace.broker.group.Sync;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A consumer in a group: joins, asks for its assignment, says that it lives, commits how far it is.
 * It has one request in flight. Who leads the group assigns by lot, another way each time.
 *
 * <pre>
 *   OUT --joined and assigned--> ASSIGNED --offsets fetched--> OWNS
 *   ASSIGNED, OWNS --rebalance, fenced--> OUT
 * </pre>
 */
final class GroupMember {

    private static final String GROUP = "g";
    private static final long SHORT_MS = 1_500;
    private static final long LONG_MS = CoordinatorSide.REBALANCE_MS + 1_000L;

    enum Stage {
        OUT,
        ASSIGNED,
        OWNS
    }

    final Program program;
    private final World world;
    private final int number;
    private Stage stage = Stage.OUT;
    private String memberId = "";
    private int generation = -1;
    private int coordinator = -1;
    private final TreeMap<Integer, Long> positions = new TreeMap<>();
    private int counter;

    /** It went back, and no commit since is known to be done. */
    private boolean saysBack;

    /** Answers to earlier turns are not waited for any more. */
    private int turn;

    GroupMember(World world, int number) {
        this.world = world;
        this.number = number;
        this.program = new Program(world.timeline, Runnable::run);
        later(1 + world.random.nextInt(800), this::goOn);
    }

    int number() {
        return number;
    }

    boolean owns(int generationNumber) {
        return stage == Stage.OWNS && generation == generationNumber;
    }

    Set<Integer> partitions() {
        return positions.keySet();
    }

    @Override
    public String toString() {
        return "member " + number + " " + memberId + ", " + stage + " in " + generation;
    }

    // ---- turns

    private void later(long millis, Runnable task) {
        int of = ++turn;
        program.in(
                TimeUnit.MILLISECONDS.toNanos(millis),
                () -> {
                    if (of == turn) {
                        task.run();
                    }
                });
    }

    private <R> void ask(
            long timeoutMs, BiConsumer<CoordinatorSide, Consumer<R>> call, Consumer<R> then) {
        int of = ++turn;
        program.in(
                TimeUnit.MILLISECONDS.toNanos(timeoutMs),
                () -> {
                    if (of == turn) {
                        coordinator = -1;
                        goOn();
                    }
                });
        world.askCoordinator(
                coordinator,
                call,
                (R reply) ->
                        program.in(
                                0,
                                () -> {
                                    if (of == turn) {
                                        turn++;
                                        then.accept(reply);
                                    }
                                }));
    }

    private void goOn() {
        if (coordinator < 0) {
            PartitionState state = world.described(World.OFFSETS).orElse(null);
            if (state == null || !state.hasLeader()) {
                later(100, this::goOn);
                return;
            }
            coordinator = state.leader();
        }
        switch (stage) {
            case OUT -> join();
            case ASSIGNED -> fetch();
            case OWNS -> heartbeatOrCommit();
        }
    }

    /** What an error means for a member, whatever it asked. */
    private void failed(ErrorCode error) {
        switch (error) {
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE -> {
                coordinator = -1;
                later(50, this::goOn);
            }
            case COORDINATOR_LOAD_IN_PROGRESS -> later(50, this::goOn);
            case REBALANCE_IN_PROGRESS, ILLEGAL_GENERATION -> joinAgain();
            case UNKNOWN_MEMBER_ID -> {
                memberId = "";
                joinAgain();
            }
            case FENCED_INSTANCE_ID -> fenced();
            default -> world.judge.fail(this + " met " + error);
        }
    }

    private void fenced() {
        if (instanceId() == null) {
            world.judge.fail(this + " is fenced and has no instance id");
        }
        world.fenced(this, number);
    }

    private String instanceId() {
        return world.plan.options().staticMembers() ? "i" + number : null;
    }

    private void joinAgain() {
        stage = Stage.OUT;
        positions.clear();
        later(world.random.nextInt(20), this::goOn);
    }

    private MemberCall.Identity identity() {
        return new MemberCall.Identity(memberId, instanceId());
    }

    // ---- joining

    private void join() {
        Join.Request request =
                new Join.Request(
                        GROUP,
                        memberId,
                        instanceId(),
                        new Join.Client("m" + number, "host"),
                        new Join.Timeouts(CoordinatorSide.SESSION_MS, CoordinatorSide.REBALANCE_MS),
                        "consumer",
                        List.of(new Join.Protocol("lot", subscription())),
                        true,
                        true);
        this.<Join.Reply>ask(
                LONG_MS,
                (side, reply) -> CoordinatorSide.tell(side.groups().join(request), reply),
                this::joined);
    }

    private static ByteBuffer subscription() {
        byte[] topic = SimulatedController.TOPIC.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(20)
                .putShort((short) 1)
                .putInt(1)
                .putShort((short) topic.length)
                .put(topic)
                .putInt(-1)
                .putInt(0)
                .flip();
    }

    private void joined(Join.Reply reply) {
        if (reply.error() == ErrorCode.MEMBER_ID_REQUIRED) {
            memberId = reply.memberId();
            goOn();
        } else if (reply.error() != ErrorCode.NONE) {
            failed(reply.error());
        } else {
            memberId = reply.memberId();
            generation = reply.generation();
            boolean assigns = reply.leader().equals(memberId) && !reply.skipAssignment();
            sync(assigns ? byLot(reply.members()) : Map.of());
        }
    }

    private Map<String, ByteBuffer> byLot(List<Join.JoinedMember> members) {
        List<Join.JoinedMember> shuffled = new ArrayList<>(members);
        Collections.shuffle(shuffled, world.random);
        Map<String, ByteBuffer> assignments = new HashMap<>();
        for (int i = 0; i < shuffled.size(); i++) {
            ByteBuffer partitions = ByteBuffer.allocate(Plan.PARTITIONS);
            for (int p = i; p < Plan.PARTITIONS; p += shuffled.size()) {
                partitions.put((byte) p);
            }
            assignments.put(shuffled.get(i).memberId(), partitions.flip());
        }
        return assignments;
    }

    private void sync(Map<String, ByteBuffer> assignments) {
        Sync.Request request =
                new Sync.Request(GROUP, identity(), generation, "consumer", "lot", assignments);
        this.<Sync.Reply>ask(
                LONG_MS,
                (side, reply) -> CoordinatorSide.tell(side.groups().sync(request), reply),
                this::synced);
    }

    private void synced(Sync.Reply reply) {
        if (reply.error() != ErrorCode.NONE) {
            failed(reply.error());
            return;
        }
        stage = Stage.ASSIGNED;
        positions.clear();
        ByteBuffer partitions = reply.assignment().duplicate();
        while (partitions.hasRemaining()) {
            int partition = partitions.get();
            world.judge.groups.owns(GroupJudge.owner(memberId), generation, partition);
            positions.put(partition, 0L);
        }
        world.note(this + " has " + positions.keySet());
        goOn();
    }

    private void fetch() {
        this.<Offsets.FetchReply>ask(
                SHORT_MS,
                (side, reply) -> side.fetch(new Offsets.Fetch(GROUP, Optional.empty()), reply),
                reply -> {
                    if (reply.error() != ErrorCode.NONE) {
                        failed(reply.error());
                        return;
                    }
                    reply.offsets()
                            .forEach(
                                    (partition, its) ->
                                            positions.computeIfPresent(
                                                    partition.partition(),
                                                    (p, any) -> its.offset()));
                    stage = Stage.OWNS;
                    saysBack = false;
                    goOn();
                });
    }

    // ---- owning

    private void heartbeatOrCommit() {
        if (world.isLoading() && !positions.isEmpty() && world.random.nextBoolean()) {
            commit();
            return;
        }
        MemberCall.Heartbeat request = new MemberCall.Heartbeat(GROUP, identity(), generation);
        this.<ErrorCode>ask(
                SHORT_MS,
                (side, reply) -> CoordinatorSide.tell(side.groups().heartbeat(request), reply),
                this::answered);
    }

    private void answered(ErrorCode error) {
        if (error == ErrorCode.NONE) {
            later(50 + world.random.nextInt(250), this::goOn);
        } else {
            failed(error);
        }
    }

    private void commit() {
        boolean goesBack = world.random.nextInt(15) == 0;
        saysBack |= goesBack;
        String metadata = new GroupJudge.Sent(memberId, generation, counter++, saysBack).text();
        List<Offsets.Entry> entries = new ArrayList<>();
        positions.replaceAll(
                (partition, at) ->
                        goesBack
                                ? Math.max(0, at - world.random.nextInt(30))
                                : at + world.random.nextInt(10));
        positions.forEach(
                (partition, at) ->
                        entries.add(
                                new Offsets.Entry(
                                        new TopicPartition(SimulatedController.TOPIC, partition),
                                        Offsets.ANY_ID,
                                        at,
                                        -1,
                                        metadata)));
        Offsets.Commit request =
                new Offsets.Commit(
                        GROUP, identity(), generation, Offsets.NO_RETENTION, false, entries);
        this.<Offsets.CommitReply>ask(
                SHORT_MS,
                (side, reply) -> side.commit(request, reply),
                reply -> {
                    ErrorCode result = reply.results().getFirst();
                    saysBack &= result != ErrorCode.NONE;
                    answered(result);
                });
    }

    // ---- faults

    void leave() {
        MemberCall.Leave request = new MemberCall.Leave(GROUP, List.of(identity()));
        if (coordinator >= 0) {
            world.<MemberCall.LeaveReply>askCoordinator(
                    coordinator,
                    (side, reply) -> CoordinatorSide.tell(side.groups().leave(request), reply),
                    reply -> {});
        }
        program.kill();
    }
}
